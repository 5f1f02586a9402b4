package dev.durableobjects;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/// The house rules that a machine can check, over the sources and documents of all modules.
class TidyTest {

    private static final int COLUMNS_MAX = 100;
    private static final int METHOD_LINES_MAX = 60;
    private static final int FILE_LINES_MAX = 400;
    private static final int TEST_LINES_MAX = 500;

    private static final Path ROOT = Repository.ROOT;

    private static final List<Rule> RULES =
            List.of(
                    new Rule("\t", false, "a tab; indent with spaces"),
                    new Rule("TODO(?!\\(#\\d+\\))", false, "a TODO without an issue: TODO(#12)"),
                    new Rule("FIXME|XXX", false, "a mark of unfinished work"),
                    new Rule("System\\.(out|err)\\b", false, "printing; use System.Logger"),
                    new Rule("printStackTrace", false, "printing; use System.Logger"),
                    new Rule("System\\.currentTimeMillis", false, "the clock; inject it"),
                    new Rule("new Random\\(\\)", false, "unseeded randomness; inject it"),
                    new Rule("@Disabled", true, "a test that is switched off"),
                    new Rule("Thread\\.sleep", true, "a sleep in a test; wait for the event"));

    @Test
    void sourcesKeepTheHouseRules() {
        List<String> violations = new ArrayList<>();

        sources().forEach(file -> checkLines(file, violations));

        assertThat(String.join("\n", violations), violations, is(empty()));
    }

    @Test
    void methodsFitOnAScreenAndApiIsDocumented() throws IOException {
        List<String> violations = new ArrayList<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    files,
                                    diagnostic -> {},
                                    List.of("--release", "25"),
                                    null,
                                    files.getJavaFileObjectsFromPaths(sources().toList()));
            DocTrees docs = DocTrees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                new Structure(unit, docs, violations).scan(unit, null);
            }
        }

        assertThat(String.join("\n", violations), violations, is(empty()));
    }

    @Test
    void packagesSayWhatTheyAreFor() {
        List<Path> silent =
                sources()
                        .filter(file -> file.toString().contains("src/main"))
                        .map(Path::getParent)
                        .distinct()
                        .filter(folder -> Files.notExists(folder.resolve("package-info.java")))
                        .map(ROOT::relativize)
                        .toList();

        assertThat(silent, is(empty()));
    }

    @Test
    void linksInDocumentsLeadSomewhere() {
        Pattern link = Pattern.compile("]\\((?!https?:|#|mailto:)([^)#\\s]+)(#[^)]*)?\\)");
        List<String> broken = new ArrayList<>();

        List<Path> documents = tracked(".md").toList();
        for (Path document : documents) {
            Matcher matcher = link.matcher(Repository.read(document));
            while (matcher.find()) {
                if (Files.notExists(document.resolveSibling(matcher.group(1)))) {
                    broken.add(ROOT.relativize(document) + " -> " + matcher.group(1));
                }
            }
        }

        assertThat(documents.size(), is(greaterThan(0)));
        assertThat(broken, is(empty()));
    }

    @Test
    void testsThatDocumentsNameExist() {
        Pattern named = Pattern.compile("`(\\w+(?:Test|Spec))(?:\\.(\\w+))?`");
        Map<String, String> tests =
                sources()
                        .filter(file -> file.toString().contains("src/test"))
                        .collect(
                                Collectors.toMap(
                                        file -> file.getFileName().toString(), Repository::read));
        List<String> missing = new ArrayList<>();

        for (Path document : tracked(".md").toList()) {
            Matcher matcher = named.matcher(Repository.read(document));
            while (matcher.find()) {
                String source = tests.get(matcher.group(1) + ".java");
                String method = matcher.group(2);
                if (source == null || (method != null && !source.contains(method + "("))) {
                    missing.add(ROOT.relativize(document) + ": " + matcher.group());
                }
            }
        }

        assertThat(missing, is(empty()));
    }

    @Test
    void threadsThatAreStartedStandInTheTableOfThreads() {
        Path design = ROOT.resolve("do-sdk/core/DESIGN.md");
        String section = Repository.read(design).split("## Threads\n", 2)[1].split("\n## ", 2)[0];
        Set<String> started =
                sources()
                        .filter(file -> file.startsWith(ROOT.resolve("do-sdk/core/src/main")))
                        .flatMap(file ->
                                found(
                                        "\\.(?:start|name)\\(\\s*\"([^\"]+)\"",
                                        Repository.read(file)))
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> described =
                section.lines()
                        .map(line -> line.replaceFirst("^(\\|[^|]*\\|).*", "$1"))
                        .flatMap(line -> found("`(durable-[^`]+)`", line))
                        .collect(Collectors.toCollection(TreeSet::new));

        assertThat(started.size(), is(greaterThan(0)));
        assertThat(described, is(started));
    }

    private static Stream<String> found(String regex, String text) {
        return Pattern.compile(regex).matcher(text).results().map(match -> match.group(1));
    }

    private static void checkLines(Path file, List<String> violations) {
        String name = ROOT.relativize(file).toString();
        boolean isTest = name.contains("src/test");
        List<String> lines = Repository.read(file).lines().toList();
        int linesMax = isTest ? TEST_LINES_MAX : FILE_LINES_MAX;
        if (lines.size() > linesMax && Files.notExists(file.resolveSibling("DESIGN.md"))) {
            violations.add("%s has %d lines, more than %d".formatted(name, lines.size(), linesMax));
        }
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            String where = "%s:%d ".formatted(name, i + 1);
            if (line.length() > COLUMNS_MAX) {
                violations.add(where + "is longer than %d columns".formatted(COLUMNS_MAX));
            }
            RULES.stream()
                    .filter(rule -> !name.endsWith("TidyTest.java"))
                    .filter(rule -> isTest || !rule.testsOnly)
                    .filter(rule -> rule.pattern.matcher(line).find())
                    .forEach(rule -> violations.add(where + "has " + rule.complaint));
        }
    }

    private static Stream<Path> sources() {
        return tracked(".java");
    }

    private static Stream<Path> tracked(String ending) {
        Set<String> skipped = Set.of("target", ".git", "node_modules", "data");
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files
                    .filter(file -> file.toString().endsWith(ending))
                    .filter(file ->
                            Stream.iterate(file, up -> !up.equals(ROOT), Path::getParent)
                                    .noneMatch(up -> skipped.contains(up.getFileName().toString())))
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A pattern that no line may hold.
    private record Rule(Pattern pattern, boolean testsOnly, String complaint) {

        Rule(String regex, boolean testsOnly, String complaint) {
            this(Pattern.compile(regex), testsOnly, complaint);
        }
    }

    /// Looks at the declarations of one file.
    private static final class Structure extends TreePathScanner<Void, Void> {

        private final CompilationUnitTree unit;
        private final DocTrees docs;
        private final SourcePositions positions;
        private final List<String> violations;
        private final boolean isApi;

        Structure(CompilationUnitTree unit, DocTrees docs, List<String> violations) {
            this.unit = unit;
            this.docs = docs;
            this.positions = docs.getSourcePositions();
            this.violations = violations;
            this.isApi = unit.getSourceFile().getName().contains("src/main");
        }

        @Override
        public Void visitMethod(MethodTree method, Void none) {
            long lines = line(positions.getEndPosition(unit, method)) - line(start(method)) + 1;
            if (lines > METHOD_LINES_MAX) {
                complain(method, "%s has %d lines".formatted(method.getName(), lines));
            }
            boolean overrides =
                    method.getModifiers().getAnnotations().stream()
                            .anyMatch(
                                    note -> note.getAnnotationType().toString().equals("Override"));
            if (!overrides) {
                checkComment(method, method.getModifiers().getFlags(), method.getName().toString());
            }
            return super.visitMethod(method, null);
        }

        @Override
        public Void visitClass(ClassTree type, Void none) {
            checkComment(type, type.getModifiers().getFlags(), type.getSimpleName().toString());
            return super.visitClass(type, null);
        }

        @Override
        public Void visitVariable(VariableTree field, Void none) {
            if (getCurrentPath().getParentPath().getLeaf() instanceof ClassTree type
                    && type.getModifiers().getFlags().contains(Modifier.PUBLIC)) {
                checkComment(field, field.getModifiers().getFlags(), field.getName().toString());
            }
            return super.visitVariable(field, null);
        }

        private void checkComment(Tree tree, Set<Modifier> flags, String name) {
            boolean isVisible =
                    flags.contains(Modifier.PUBLIC) || flags.contains(Modifier.PROTECTED);
            if (isApi && isVisible && docs.getDocComment(getCurrentPath()) == null) {
                complain(tree, "%s is visible to others and has no comment".formatted(name));
            }
        }

        private void complain(Tree tree, String complaint) {
            Path file = Path.of(unit.getSourceFile().toUri());
            violations.add(
                    "%s:%d %s".formatted(ROOT.relativize(file), line(start(tree)), complaint));
        }

        private long start(Tree tree) {
            return positions.getStartPosition(unit, tree);
        }

        private long line(long position) {
            return unit.getLineMap().getLineNumber(position);
        }
    }
}
