package org.pno.cli.run;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pno.cli.machine.UserError;
import org.pno.wire.IpPrefix;

/**
 * One rule of what is offloaded, instead of the DPU's own networks: {@code 10.0.0.0/8}, {@code 10.0.0.0/8:6379},
 * {@code 10.0.0.0/8:8000-8999}, {@code fd00::/8} or {@code [fd00::/8]:6379}. The shim takes the rules in PNO_OFFLOAD,
 * separated by commas.
 */
public final class OffloadRule {
    private static final String PORTS = "(?::(?<from>\\d{1,5})(?:-(?<to>\\d{1,5}))?)?";
    private static final Pattern IPV6_FORM = Pattern.compile(
            "(?<plain>[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(?:/\\d{1,3})?)|\\[(?<block>[0-9a-fA-F:./]+)\\]"
                    + PORTS);
    private static final Pattern FORM =
            Pattern.compile("(?<address>\\d{1,3}(?:\\.\\d{1,3}){3})" + "(?:/(?<prefix>\\d{1,2}))?" + PORTS);
    private static final int MAX_PORT = 65_535;

    private final String text;

    private OffloadRule(final String text) {
        this.text = text;
    }

    /** Reads a rule and checks its bounds. */
    public static OffloadRule parse(final String text) {
        final Matcher ipv6 = IPV6_FORM.matcher(text);
        if (ipv6.matches()) {
            checkIpv6(text, ipv6.group("plain") == null ? ipv6.group("block") : ipv6.group("plain"));
            checkPorts(text, ipv6);
            return new OffloadRule(text);
        }
        final Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw wrong(text, "want CIDR[:PORT[-PORT]], such as 10.0.0.0/8:6379 or [fd00::/8]:6379");
        }
        for (final String octet : form.group("address").split("\\.")) {
            check(text, "part of the address", octet, 0, 255);
        }
        check(text, "prefix", form.group("prefix"), 0, 32);
        checkPorts(text, form);
        return new OffloadRule(text);
    }

    private static void checkIpv6(final String text, final String block) {
        try {
            if (IpPrefix.parse(block).address().isIpv4()) {
                throw wrong(text, "IPv4 addresses are written as such");
            }
        } catch (final IllegalArgumentException e) {
            throw new UserError("'" + text + "' is no rule for --offload: " + e.getMessage() + ".", e);
        }
    }

    private static void checkPorts(final String text, final Matcher form) {
        check(text, "port", form.group("from"), 1, MAX_PORT);
        check(text, "last port", form.group("to"), number(form.group("from"), 1), MAX_PORT);
    }

    @Override
    public String toString() {
        return text;
    }

    private static void check(
            final String text, final String what, final String digits, final int least, final int most) {
        final int value = number(digits, least);
        if (value < least || value > most) {
            throw wrong(text, what + " " + value + " is not in " + least + ".." + most);
        }
    }

    private static int number(final String digits, final int otherwise) {
        return digits == null ? otherwise : Integer.parseInt(digits);
    }

    private static UserError wrong(final String text, final String why) {
        return new UserError("'" + text + "' is no rule for --offload: " + why + ".");
    }
}
