package org.pno.cli.run;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pno.cli.machine.UserError;
import org.pno.wire.IpPrefix;

/**
 * One rule of what is offloaded, or is not: {@code [listen=|connect=]WHERE[:PORT[-PORT]][@PROGRAM]}, such as
 * {@code 10.0.0.0/8}, {@code listen=dpu:6379}, {@code localhost}, {@code [fd00::/8]:8000-8999} or
 * {@code *:443@redis-cli}. The shim reads the same rules ({@code shim/src/rule_text.c}).
 */
public final class OffloadRule {
    /** How a rule is written. */
    static final String FORM = "a rule is [listen=|connect=]WHERE[:PORT[-PORT]][@PROGRAM], WHERE one of "
            + "ADDRESS[/PREFIX], [IPV6[/PREFIX]], dpu, localhost, *";

    private static final Pattern PARTS =
            Pattern.compile("(?:listen=|connect=)?(?<place>[^@,\\s]*)(?:@(?<program>.*))?");
    private static final Pattern IN_BRACKETS = Pattern.compile("\\[(?<where>[^\\]]*:[^\\]]*)\\](?::(?<ports>.*))?");
    private static final Pattern PLAIN_IPV6 = Pattern.compile("(?<where>[^:\\[]*:[^:]*:.*)(?<ports>(?!))?");
    private static final Pattern PLAIN = Pattern.compile("(?<where>[^:\\[]*)(?::(?<ports>.*))?");
    private static final Pattern WORD = Pattern.compile("dpu|localhost|\\*");
    private static final Pattern PORTS = Pattern.compile("(?<first>\\d{1,5})(?:-(?<last>\\d{1,5}))?");
    private static final int MAX_PORT = 65_535;
    private static final int MAX_LETTERS = 159;
    private static final int MAX_PROGRAM_LETTERS = 63;

    private final String text;

    private OffloadRule(final String text) {
        this.text = text;
    }

    /**
     * Reads a rule and checks its bounds.
     *
     * @param source where it stands: an option, a variable, a line of a file
     */
    public static OffloadRule parse(final String source, final String text) {
        final String wrong = reason(text);
        if (wrong != null) {
            throw new UserError(source + ": '" + text + "' is no rule: " + wrong + "; " + FORM);
        }
        return new OffloadRule(text);
    }

    /** Why it is no rule, or null. */
    private static String reason(final String text) {
        if (text.length() > MAX_LETTERS) {
            return "it is longer than " + MAX_LETTERS + " letters";
        }
        final Matcher parts = PARTS.matcher(text);
        if (!parts.matches()) {
            return "a space or comma stands in it";
        }
        final String program = parts.group("program");
        if (program != null && (program.isEmpty() || program.length() > MAX_PROGRAM_LETTERS || program.contains("/"))) {
            return "PROGRAM is a file's name of at most " + MAX_PROGRAM_LETTERS + " letters, without a directory";
        }
        final String place = parts.group("place");
        for (final Pattern form : new Pattern[] {IN_BRACKETS, PLAIN_IPV6, PLAIN}) {
            final Matcher matcher = form.matcher(place);
            if (matcher.matches()) {
                final String wrong = reasonOfWhere(matcher.group("where"));
                return wrong != null ? wrong : reasonOfPorts(matcher.group("ports"));
            }
        }
        return "']' and then ':' or the end are missing, or no IPv6 address stands in brackets";
    }

    private static String reasonOfWhere(final String where) {
        if (WORD.matcher(where).matches()) {
            return null;
        }
        final String address = where.contains("/") ? where.substring(0, where.indexOf('/')) : where;
        try {
            if (IpPrefix.parse(address).address().isIpv4() && address.contains(":")) {
                return "IPv4 addresses are written as such";
            }
        } catch (final IllegalArgumentException e) {
            return "WHERE is none of these";
        }
        try {
            IpPrefix.parse(where);
        } catch (final IllegalArgumentException e) {
            return "the prefix is not in 0.." + (where.contains(":") ? 128 : 32);
        }
        return null;
    }

    private static String reasonOfPorts(final String ports) {
        if (ports == null) {
            return null;
        }
        final Matcher numbers = PORTS.matcher(ports);
        if (!numbers.matches() || !isPort(numbers.group("first"), 1)) {
            return "the port is not in 1..65535";
        }
        final String last = numbers.group("last");
        return last == null || isPort(last, Integer.parseInt(numbers.group("first")))
                ? null
                : "the last port is not in " + numbers.group("first") + "..65535";
    }

    private static boolean isPort(final String digits, final int least) {
        final int port = Integer.parseInt(digits);
        return port >= least && port <= MAX_PORT;
    }

    @Override
    public String toString() {
        return text;
    }
}
