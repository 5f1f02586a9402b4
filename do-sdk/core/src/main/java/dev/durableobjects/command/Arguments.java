package dev.durableobjects.command;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The arguments of a subcommand: operands and options in any order, `--option VALUE` or
/// `--option=VALUE`; what follows `--` is no option. Immutable.
final class Arguments {

    private final Syntax syntax;
    private final List<String> operands = new ArrayList<>();
    private final Map<String, String> options = new HashMap<>();

    private Arguments(Syntax syntax) {
        this.syntax = syntax;
    }

    /// Reads what stands behind the name of the subcommand.
    ///
    /// @throws UsageException if something is missing, too much or unknown
    static Arguments of(Syntax syntax, List<String> words) {
        Arguments arguments = new Arguments(syntax);
        Iterator<String> rest = words.iterator();
        while (rest.hasNext()) {
            String word = rest.next();
            if (word.equals("--")) {
                rest.forEachRemaining(arguments.operands::add);
            } else if (word.startsWith("--")) {
                arguments.readOption(word, rest);
            } else {
                arguments.operands.add(word);
            }
        }
        arguments.check();
        return arguments;
    }

    private void readOption(String word, Iterator<String> rest) {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        Syntax.Option option = syntax.options().get(name);
        if (option == null) {
            throw new UsageException(
                    "unknown option %s; there are %s. Behind -- nothing is an option"
                            .formatted(name, String.join(", ", syntax.options().keySet())));
        }
        String value = "";
        if (option.value().isEmpty() && equals >= 0) {
            throw new UsageException("option %s takes no value, was '%s'".formatted(name, word));
        } else if (option.value().isPresent() && equals >= 0) {
            value = word.substring(equals + 1);
        } else if (option.value().isPresent()) {
            if (!rest.hasNext()) {
                throw new UsageException(
                        "option %s needs a value: %s".formatted(name, option.value().get()));
            }
            value = rest.next();
        }
        if (options.put(name, value) != null) {
            throw new UsageException(
                    "option %s may be given once, and was given twice".formatted(name));
        }
    }

    private void check() {
        if (operands.size() < syntax.operandsMin()) {
            throw new UsageException(
                    "%s is missing".formatted(syntax.operands().get(operands.size())));
        }
        if (operands.size() > syntax.operands().size()) {
            throw new UsageException(
                    "'%s' is one argument too many"
                            .formatted(operands.get(syntax.operands().size())));
        }
        syntax.options()
                .forEach((name, option) -> {
                    if (!option.isOptional() && !options.containsKey(name)) {
                        throw new UsageException("option %s is missing".formatted(name));
                    }
                });
    }

    /// Returns an operand that must be there.
    String operand(String name) {
        return operands.get(syntax.operands().indexOf(name));
    }

    /// Returns an operand that may be missing.
    Optional<String> optionalOperand(String name) {
        int index = syntax.operands().indexOf(name);
        return index < operands.size() ? Optional.of(operands.get(index)) : Optional.empty();
    }

    /// Returns the value of an option; empty if it is not there.
    Optional<String> option(String name) {
        return Optional.ofNullable(options.get(name));
    }

    boolean has(String flag) {
        return options.containsKey(flag);
    }
}
