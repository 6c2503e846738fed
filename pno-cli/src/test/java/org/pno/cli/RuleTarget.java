package org.pno.cli;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pno.cli.machine.UserError;
import org.pno.cli.run.OffloadRule;
import org.pno.cli.run.OffloadRules;
import org.pno.link.CaptureRequest;
import org.pno.wire.IpAddress;

/**
 * What is typed behind {@code pno run --offload} and as a connection to look at. The first byte chooses the reader.
 * What is read is within its bounds and says the same when it is written again; what is not is refused by a sentence
 * that shows it.
 */
public final class RuleTarget {
    private static final int MAX_PORT = 0xFFFF;
    private static final int MAX_LETTERS = 159;
    private static final int MAX_RULES = 128;
    private static final Pattern TRAILING_PORTS = Pattern.compile("(?:[^:]*|\\[.*\\]):(\\d+)(?:-(\\d+))?(?:@.*)?");

    private RuleTarget() {}

    /** Jazzer's entry. */
    public static void fuzzerTestOneInput(final byte[] data) {
        if (data.length == 0) {
            return;
        }
        final String text = new String(data, 1, data.length - 1, StandardCharsets.UTF_8);
        try {
            switch (data[0] & 3) {
                case 0 -> rule(text);
                case 1 -> rules(text);
                default -> connection(text);
            }
        } catch (final UserError refused) {
            if (refused.getMessage() == null || refused.getMessage().isBlank()) {
                throw new AssertionError("refused without a word: " + text, refused);
            }
        }
    }

    private static void rule(final String text) {
        final OffloadRule rule = OffloadRule.parse("--offload", text);
        require(rule.toString().equals(text), "a rule is changed", text);
        require(text.length() <= MAX_LETTERS, "a rule is longer than the shim reads", text);
        final int at = text.indexOf('@');
        final String place = at < 0 ? text : text.substring(0, at);
        require(place.chars().noneMatch(letter -> letter == ',' || letter == ' '), "a rule is two", text);
        final Matcher ports = TRAILING_PORTS.matcher(place);
        if (ports.matches()) {
            final int first = port(ports.group(1), text);
            require(ports.group(2) == null || port(ports.group(2), text) >= first, "ports run backwards", text);
        }
    }

    private static int port(final String digits, final String text) {
        require(digits.length() <= 5, "a port of many digits", text);
        final int port = Integer.parseInt(digits);
        require(port >= 1 && port <= MAX_PORT, "no port", text);
        return port;
    }

    /** A list as the environment has it: each of its rules is one by itself, and there are no more than fit. */
    private static void rules(final String text) {
        OffloadRules.check(List.of(), List.of(), null, Map.of("PNO_OFFLOAD", text));
        int count = 0;
        for (final String rule : text.split(",")) {
            if (!rule.isEmpty()) {
                rule(rule);
                count++;
            }
        }
        require(count <= MAX_RULES, count + " rules", text);
    }

    private static void connection(final String text) {
        final CaptureRequest.Connection ends = ConnectionEnds.parse(text);
        final String first = end(ends.hi(), ends.lo(), ends.port());
        final boolean hasOther = ends.otherPort() != 0;
        final String written = hasOther ? first + "-" + end(ends.otherHi(), ends.otherLo(), ends.otherPort()) : first;
        require(ConnectionEnds.parse(written).equals(ends), "written as " + written + " it is another", text);
        require(hasOther == text.indexOf('-') >= 0, "an end is lost", text);
    }

    private static String end(final long hi, final long lo, final int port) {
        require(port >= 1 && port <= MAX_PORT, "no port", Integer.toString(port));
        final IpAddress address = new IpAddress(hi, lo);
        return (address.isIpv4() ? address.toString() : "[" + address + "]") + ":" + port;
    }

    private static void require(final boolean holds, final String otherwise, final String text) {
        if (!holds) {
            throw new AssertionError(otherwise + ": " + text);
        }
    }
}
