package dev.durableobjects.internal.sql;

import dev.durableobjects.internal.sql.PragmaStatement.Argument;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// The lists and limits of one policy. Immutable.
///
/// @param functions the names that may be called, in lower case; empty if all may
/// @param modules the virtual tables that may be made; empty if all may
/// @param pragmas the PRAGMAs that may be run, and with what
/// @param limits what SQLite itself bounds
record SqlRules(
        Set<String> functions,
        Set<String> modules,
        Map<String, Argument> pragmas,
        Map<SqlLimit, Integer> limits) {

    /// PRAGMAs that switch something of the connection.
    static final Set<String> SWITCHES =
            words(
                    """
                    case_sensitive_like foreign_keys defer_foreign_keys ignore_check_constraints
                    legacy_alter_table recursive_triggers reverse_unordered_selects
                    """);

    /// PRAGMAs that store a number in the file.
    static final Set<String> STORED = words("user_version application_id");

    private static final Set<String> CLOUDFLARE_FUNCTIONS =
            words(
                    """
                    abs changes char coalesce concat concat_ws format glob hex ifnull iif instr
                    last_insert_rowid length like likelihood likely load_extension lower ltrim max
                    min nullif octet_length printf quote random randomblob replace round rtrim sign
                    soundex substr substring total_changes trim typeof unhex unicode unlikely upper
                    zeroblob

                    avg count group_concat string_agg sum total row_number rank dense_rank
                    percent_rank cume_dist ntile lag lead first_value last_value nth_value

                    date time datetime julianday unixepoch strftime timediff current_date
                    current_time current_timestamp

                    acos acosh asin asinh atan atan2 atanh ceil cos cosh degrees exp floor ln log
                    log2 mod pi pow radians sin sinh sqrt tan tanh trunc

                    json jsonb json_array jsonb_array json_array_length json_extract jsonb_extract
                    -> ->> json_insert jsonb_insert json_object jsonb_object json_patch jsonb_patch
                    json_remove jsonb_remove json_replace jsonb_replace json_set jsonb_set
                    json_type json_valid json_quote json_group_array jsonb_group_array
                    json_group_object jsonb_group_object json_each json_tree

                    match highlight bm25 snippet rtreecheck
                    """);

    private static final Map<SqlLimit, Integer> CLOUDFLARE_LIMITS =
            Map.ofEntries(
                    Map.entry(SqlLimit.LENGTH, 4 << 20),
                    Map.entry(SqlLimit.SQL_LENGTH, 100_000),
                    Map.entry(SqlLimit.COLUMN, 100),
                    Map.entry(SqlLimit.EXPR_DEPTH, 100),
                    Map.entry(SqlLimit.COMPOUND_SELECT, 5),
                    Map.entry(SqlLimit.VDBE_OP, 25_000),
                    Map.entry(SqlLimit.FUNCTION_ARG, 127),
                    Map.entry(SqlLimit.ATTACHED, 0),
                    Map.entry(SqlLimit.LIKE_PATTERN_LENGTH, 50),
                    Map.entry(SqlLimit.VARIABLE_NUMBER, 100),
                    Map.entry(SqlLimit.TRIGGER_DEPTH, 10),
                    Map.entry(SqlLimit.WORKER_THREADS, 0));

    private static final String PRAGMA_TABLE = "pragma_";

    private static final Map<SqlLimit, Integer> OPEN_LIMITS =
            Map.ofEntries(
                    Map.entry(SqlLimit.LENGTH, 64 << 20),
                    Map.entry(SqlLimit.SQL_LENGTH, 1 << 20),
                    Map.entry(SqlLimit.COLUMN, 2_000),
                    Map.entry(SqlLimit.EXPR_DEPTH, 1_000),
                    Map.entry(SqlLimit.COMPOUND_SELECT, 500),
                    Map.entry(SqlLimit.VDBE_OP, 1_000_000),
                    Map.entry(SqlLimit.FUNCTION_ARG, 127),
                    Map.entry(SqlLimit.ATTACHED, 0),
                    Map.entry(SqlLimit.LIKE_PATTERN_LENGTH, 50_000),
                    Map.entry(SqlLimit.VARIABLE_NUMBER, 32_766),
                    Map.entry(SqlLimit.TRIGGER_DEPTH, 100),
                    Map.entry(SqlLimit.WORKER_THREADS, 0));

    /// Returns Cloudflare's rules.
    static SqlRules cloudflare() {
        Map<String, Argument> pragmas = new HashMap<>();
        put(pragmas, Argument.NONE, words("data_version page_size table_list"));
        put(pragmas, Argument.BOOLEAN, SWITCHES);
        put(
                pragmas,
                Argument.NAME,
                words(
                        """
                        foreign_key_list index_info index_list index_xinfo table_info table_xinfo
                        """));
        put(
                pragmas,
                Argument.ANY,
                words("foreign_key_check quick_check " + PragmaStatement.OPTIMIZE));
        return new SqlRules(
                CLOUDFLARE_FUNCTIONS,
                words("fts5 fts5vocab rtree rtree_i32"),
                Map.copyOf(pragmas),
                CLOUDFLARE_LIMITS);
    }

    /// Returns the rules that allow what does no harm.
    static SqlRules open() {
        Map<String, Argument> pragmas = new HashMap<>(cloudflare().pragmas());
        put(pragmas, Argument.STORED_NUMBER, STORED);
        put(
                pragmas,
                Argument.NONE,
                words(
                        """
                        collation_list compile_options database_list encoding freelist_count
                        function_list module_list page_count pragma_list
                        """));
        put(pragmas, Argument.ANY, words("integrity_check"));
        return new SqlRules(Set.of(), Set.of(), Map.copyOf(pragmas), OPEN_LIMITS);
    }

    boolean allowsFunction(String name) {
        return functions.isEmpty() || functions.contains(name);
    }

    /// Returns whether a name is not that of a PRAGMA that may not be read as a table. One that
    /// writes must not: nobody would take a SELECT for a statement that does.
    boolean allowsTable(String name) {
        if (!name.startsWith(PRAGMA_TABLE)) {
            return true;
        }
        String pragma = name.substring(PRAGMA_TABLE.length());
        return pragmas.containsKey(pragma) && !pragma.equals(PragmaStatement.OPTIMIZE);
    }

    boolean allowsModule(String name) {
        return modules.isEmpty() || modules.contains(name);
    }

    private static void put(Map<String, Argument> pragmas, Argument argument, Set<String> names) {
        names.forEach(name -> pragmas.put(name, argument));
    }

    private static Set<String> words(String text) {
        return Set.of(text.strip().split("\\s+"));
    }
}
