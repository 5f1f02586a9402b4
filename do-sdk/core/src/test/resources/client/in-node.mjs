// Runs the cases in Node: node in-node.mjs FILE-URL-OF-CASES FILE-URL-OF-THE-CLIENT
const [cases, client] = await Promise.all(process.argv.slice(2).map((url) => import(url)));
console.log(JSON.stringify(await cases.runAll(client)));
