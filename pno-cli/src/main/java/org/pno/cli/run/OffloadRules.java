package org.pno.cli.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pno.cli.machine.UserError;

/**
 * The rules that a program gets under the shim: of options, else of the environment, and of a file beside them. They
 * are checked before the program starts, by the same grammar as the shim's own.
 */
public final class OffloadRules {
    private static final String OFFLOAD = "PNO_OFFLOAD";
    private static final String EXCLUDE = "PNO_EXCLUDE";
    private static final String CONFIG = "PNO_CONFIG";
    private static final int MAX_RULES = 128;
    private static final int MAX_FILE_BYTES = 16_383;
    private static final Pattern LINE = Pattern.compile("\\s*(?:(?:offload|exclude)\\s+(?<rule>\\S+)\\s*)?(?:#.*)?");

    private final Map<String, String> environment = new LinkedHashMap<>();
    private int count;

    private OffloadRules() {}

    /**
     * Checks all rules.
     *
     * @param offload what {@code --offload} said; if nothing, PNO_OFFLOAD counts; {@code exclude} alike
     * @param config the file of {@code --config}, or null: then PNO_CONFIG counts
     * @param inherited our own environment
     * @throws UserError that names the text which is no rule
     */
    public static OffloadRules check(
            final List<String> offload,
            final List<String> exclude,
            final Path config,
            final Map<String, String> inherited) {
        final OffloadRules rules = new OffloadRules();
        rules.checkList("--offload", offload, OFFLOAD, inherited);
        rules.checkList("--exclude", exclude, EXCLUDE, inherited);
        final String file = inherited.getOrDefault(CONFIG, "");
        if (config != null) {
            rules.checkFile("--config", config.toAbsolutePath());
        } else if (!file.isEmpty()) {
            rules.checkFile(CONFIG, Path.of(file).toAbsolutePath());
        }
        return rules;
    }

    private void checkList(
            final String option, final List<String> given, final String variable, final Map<String, String> inherited) {
        if (given.isEmpty()) {
            final String list = inherited.getOrDefault(variable, "");
            Stream.of(list.split(",")).filter(rule -> !rule.isEmpty()).forEach(rule -> add(variable, rule));
        } else {
            given.forEach(rule -> add(option, rule));
            environment.put(variable, given.stream().collect(Collectors.joining(",")));
        }
    }

    private void checkFile(final String source, final Path file) {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new UserError(source + ": " + file + ": it has more than 16,383 letters.");
            }
            int number = 0;
            for (final String line : Files.readAllLines(file)) {
                checkLine(file + ", line " + ++number, line);
            }
        } catch (final IOException e) {
            throw new UserError(source + ": cannot read " + file + ": " + e, e);
        }
        environment.put(CONFIG, file.toString());
    }

    private void checkLine(final String source, final String line) {
        final Matcher form = LINE.matcher(line);
        if (!form.matches()) {
            throw new UserError(source + ": '" + line.strip()
                    + "' is no line; say offload RULE, exclude RULE, or # and a comment.");
        }
        if (form.group("rule") != null) {
            add(source, form.group("rule"));
        }
    }

    private void add(final String source, final String text) {
        final OffloadRule rule = OffloadRule.parse(source, text);
        count += rule.toString().contains("localhost") ? 2 : 1; // as the shim counts: 127.0.0.0/8 and ::1
        if (count > MAX_RULES) {
            throw new UserError(source + ": '" + text + "' is a rule too many: at most " + MAX_RULES);
        }
    }

    /** What the program's environment gets. */
    public Map<String, String> environment() {
        return environment;
    }
}
