package dev.durableobjects.internal.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import org.junit.jupiter.api.Test;

class SqlTextTest {

    @Test
    void splitsAtSemicolons() {
        assertThat(SqlText.statements("SELECT 1; SELECT 2 ;"), contains("SELECT 1", " SELECT 2 "));
    }

    @Test
    void keepsSemicolonsInStringsNamesAndComments() {
        String text =
                """
                SELECT ';', 'it''s;', "a;""b", `c;`, [d;] -- e;
                /* f; */ FROM t; SELECT 2\
                """;

        assertThat(SqlText.statements(text).size(), is(2));
        assertThat(SqlText.statements(text).getLast(), is(" SELECT 2"));
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

        assertThat(SqlText.statements(trigger + "; SELECT 1"), contains(trigger, " SELECT 1"));
    }

    @Test
    void findsNoStatementInBlanksAndComments() {
        assertThat(SqlText.statements(" \n\t;; -- nothing\n /* here */ ;"), is(empty()));
        assertThat(SqlText.statements("\uFEFF;\uFEFF"), is(empty()));
    }

    @Test
    void readsWhatIsNotClosedToTheEnd() {
        assertThat(SqlText.statements("SELECT 'abc;def"), contains("SELECT 'abc;def"));
        assertThat(SqlText.statements("SELECT 1 /* open; "), contains("SELECT 1 /* open; "));
    }

    @Test
    void findsTheFirstKeywordBehindComments() {
        assertThat(SqlText.firstKeyword(" -- x\n/* y */ begin transaction"), is("BEGIN"));
        assertThat(SqlText.firstKeyword("\uFEFF -- x\n\uFEFFbegin"), is("BEGIN"));
        assertThat(SqlText.firstKeyword("(SELECT 1)"), is(""));
    }
}
