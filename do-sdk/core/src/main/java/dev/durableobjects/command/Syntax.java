package dev.durableobjects.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// How a subcommand is written, as its help shows it: `NAMESPACE [--prefix PREFIX] [--json]`. Words
/// in capitals are operands, or the value of the option before them; what is in brackets may be
/// left out. Immutable.
///
/// @param text as it is shown
/// @param operands their names, in order
/// @param optionalOperands how many of them may be left out
/// @param options by their names, with `--`
record Syntax(
        String text, List<String> operands, int optionalOperands, Map<String, Option> options) {

    private static final Pattern TOKEN = Pattern.compile("\\[|]|[^\\s\\[\\]]+");

    /// An option.
    ///
    /// @param value the name of its value, empty if it has none
    /// @param isOptional whether it may be left out
    record Option(Optional<String> value, boolean isOptional) {}

    static Syntax of(String text) {
        List<String> operands = new ArrayList<>();
        Map<String, Option> options = new LinkedHashMap<>();
        int optionalOperands = 0;
        boolean isOptional = false;
        String option = "";
        for (String token : TOKEN.matcher(text).results().map(MatchResult::group).toList()) {
            if (token.equals("[") || token.equals("]")) {
                isOptional = token.equals("[");
                option = "";
            } else if (token.startsWith("--")) {
                option = token;
                options.put(option, new Option(Optional.empty(), isOptional));
            } else if (!option.isEmpty()) {
                options.put(option, new Option(Optional.of(token), isOptional));
                option = "";
            } else {
                operands.add(token);
                optionalOperands += isOptional ? 1 : 0;
            }
        }
        return new Syntax(text, operands, optionalOperands, options);
    }

    int operandsMin() {
        return operands.size() - optionalOperands;
    }
}
