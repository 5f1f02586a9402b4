package dev.durableobjects;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Dependencies point one way: a package uses only packages that stand before it in the list, so
/// there are no cycles to look for.
class LayersTest {

    private static final String ROOT = "dev.durableobjects";

    /// From the bottom to the top. Packages of one line may not use each other.
    private static final List<Set<String>> LAYERS =
            List.of(
                    Set.of(".internal.value"),
                    Set.of(".json"),
                    Set.of(".kv", ".sql", ".websocket"),
                    Set.of(".http"),
                    Set.of(""),
                    Set.of(".spi", ".internal.gate", ".internal.sql"),
                    Set.of(".internal.journal"),
                    Set.of(".internal.backup"),
                    Set.of(".internal.storage"),
                    Set.of(".internal.rpc", ".internal.socket"),
                    Set.of(".internal.engine"),
                    Set.of(".internal.edge"),
                    Set.of(".operations"),
                    Set.of(".internal.control"),
                    Set.of(".runtime"),
                    Set.of(".command"));

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages(ROOT);

    @Test
    void aPackageUsesOnlyWhatStandsBelowIt() {
        Set<String> violations =
                CLASSES.stream()
                        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                        .filter(LayersTest::pointsUpOrSideways)
                        .map(Dependency::getDescription)
                        .collect(Collectors.toCollection(TreeSet::new));

        assertThat(violations, is(empty()));
    }

    @Test
    void everyPackageHasItsPlace() {
        Set<String> packages =
                CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
        Set<String> listed =
                LAYERS.stream()
                        .flatMap(Set::stream)
                        .map(name -> ROOT + name)
                        .collect(Collectors.toSet());

        assertThat(packages, is(listed));
    }

    @Test
    void onlyStorageCallsTheNativeDriver() {
        Set<String> users =
                CLASSES.stream()
                        .filter(type -> !type.getPackageName().equals(ROOT + ".internal.storage"))
                        .filter(type -> uses(type, "org.sqlite"))
                        .map(JavaClass::getName)
                        .collect(Collectors.toSet());

        assertThat(users, is(empty()));
    }

    @Test
    void onlyTheEdgeAndTheRuntimeKnowTheWebServer() {
        Set<String> users =
                CLASSES.stream()
                        .filter(type -> !type.getPackageName().equals(ROOT + ".internal.edge"))
                        .filter(type -> !type.getPackageName().equals(ROOT + ".runtime"))
                        .filter(type -> uses(type, "io.helidon.webserver"))
                        .map(JavaClass::getName)
                        .collect(Collectors.toSet());

        assertThat(users, is(empty()));
    }

    private static boolean uses(JavaClass type, String packagePrefix) {
        return type.getDirectDependenciesFromSelf().stream()
                .anyMatch(use -> use.getTargetClass().getPackageName().startsWith(packagePrefix));
    }

    private static boolean pointsUpOrSideways(Dependency dependency) {
        String from = dependency.getOriginClass().getPackageName();
        String to = dependency.getTargetClass().getPackageName();
        boolean isOurs = Stream.of(from, to).allMatch(name -> name.startsWith(ROOT));
        return isOurs && !from.equals(to) && layer(from) <= layer(to);
    }

    private static int layer(String packageName) {
        for (int i = 0; i < LAYERS.size(); i++) {
            if (LAYERS.get(i).contains(packageName.substring(ROOT.length()))) {
                return i;
            }
        }
        throw new IllegalStateException("package %s has no layer".formatted(packageName));
    }
}
