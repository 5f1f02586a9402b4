package dev.durableobjects.benchmarks;

import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import io.helidon.dbclient.DbClient;
import io.helidon.dbclient.DbRow;

/// An object that queries its storage through Helidon's DbClient, column by name.
final class ClientLedger extends DurableObject implements LedgerApi {

    private final DbClient client;

    ClientLedger(DurableObjectState ctx, Env env) {
        super(ctx, env);
        client = ctx.storage().dbClient();
    }

    @Override
    public void fill(int rows) {
        client.execute().dml(LedgerSql.CREATE);
        client.execute().dml(LedgerSql.CREATE_PAIR);
        upserts(rows);
        puts(rows);
    }

    @Override
    public long points(int count) {
        long length = 0;
        for (int i = 0; i < count; i++) {
            DbRow row = client.execute().get(LedgerSql.POINT, LedgerSql.id(i)).orElseThrow();
            length += row.column("name").getString().length();
        }
        return length;
    }

    @Override
    public long scans(int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum +=
                    client.execute()
                            .query(LedgerSql.SCAN)
                            .mapToLong(row ->
                                    row.column("name").getString().length()
                                            + row.column("amount").getInt())
                            .sum();
        }
        return sum;
    }

    @Override
    public long upserts(int count) {
        for (int i = 0; i < count; i++) {
            long id = LedgerSql.id(i);
            client.execute().dml(LedgerSql.UPSERT, id, LedgerSql.name(id), (long) i);
        }
        return count;
    }

    @Override
    public long gets(int count) {
        long length = 0;
        for (int i = 0; i < count; i++) {
            DbRow row = client.execute().get(LedgerSql.GET, LedgerSql.key(i)).orElseThrow();
            length += row.column("value").getString().length();
        }
        return length;
    }

    @Override
    public long puts(int count) {
        for (int i = 0; i < count; i++) {
            client.execute().dml(LedgerSql.PUT, LedgerSql.key(i), LedgerSql.name(LedgerSql.id(i)));
        }
        return count;
    }
}
