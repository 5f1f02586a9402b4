package dev.durableobjects.internal.sql;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {

    @Test
    void splitsAtSemicolons() {
        assertThat(texts("SELECT 1; SELECT 2 ;"), contains("SELECT 1", " SELECT 2 "));
    }

    @Test
    void leavesTheTextOfASingleStatementAsItWasWritten() {
        assertThat(texts(" SELECT 1 ;\n"), contains(" SELECT 1 ;\n"));
    }

    @Test
    void keepsSemicolonsInStringsNamesAndComments() {
        String text =
                """
                SELECT ';', 'it''s;', "a;""b", `c;`, [d;] -- e;
                /* f; */ FROM t; SELECT 2\
                """;

        assertThat(texts(text).size(), is(2));
        assertThat(texts(text).getLast(), is(" SELECT 2"));
    }

    @Test
    void keepsTheBodyOfATriggerTogether() {
        String trigger =
                """
                CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN
                  UPDATE a SET b = CASE WHEN b THEN 1 ELSE 2 END;
                  DELETE FROM c;
                END\
                """;

        assertThat(texts(trigger + "; SELECT 1"), contains(trigger, " SELECT 1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \n\t",
                ";",
                "\uFEFF;",
                "SELECT 1;;",
                "SELECT 1; -- x",
                "/* SELECT 1 */"
            })
    void tellsAnEmptyStatement(String text) {
        assertThat("empty", SqlText.statements(text).getLast().isEmpty(), is(true));
        assertThrows(IllegalArgumentException.class, () -> SqlText.statement(text));
    }

    @Test
    void readsWhatIsNotClosedToTheEnd() {
        assertThat(texts("SELECT 'abc;def"), contains("SELECT 'abc;def"));
        assertThat(texts("SELECT 1 /* open; "), contains("SELECT 1 /* open; "));
    }

    @Test
    void findsTheFirstKeywordBehindCommentsAndMarks() {
        assertThat(keyword(" -- x\n/* y */ begin transaction"), is("BEGIN"));
        assertThat(keyword("\uFEFF -- x\n\uFEFFbegin"), is("BEGIN"));
        assertThat(keyword("explain query plan pragma foreign_keys"), is("PRAGMA"));
        assertThat(keyword("(SELECT 1)"), is("("));
    }

    @Test
    void takesAPlaceholderForOneToken() {
        List<SqlToken> tokens = SqlText.statement("SELECT ?12, :a::b(c), $d, @e, #f").tokens();

        assertThat(
                tokens.stream()
                        .filter(token -> token.kind() == SqlToken.Kind.VARIABLE)
                        .map(SqlToken::text)
                        .toList(),
                contains("?12", ":a::b(c)", "$d", "@e", "#f"));
    }

    @Test
    void takesTheQuotesFromNames() {
        assertThat(
                SqlText.statement("DROP TABLE \"a\"\"b\"").tokens().getLast(),
                is(new SqlToken(SqlToken.Kind.QUOTED, "a\"b")));
    }

    private static List<String> texts(String text) {
        return SqlText.statements(text).stream().map(SqlStatement::text).toList();
    }

    private static String keyword(String text) {
        return SqlText.statement(text).keyword();
    }
}
