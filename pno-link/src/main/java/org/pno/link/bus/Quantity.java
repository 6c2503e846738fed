package org.pno.link.bus;

import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values of options with their units: {@code 900ns}, {@code 1.5us}, {@code 25GB/s}, {@code 10%}, {@code 64}. */
public final class Quantity {
    private static final Pattern FORM = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,9})?)([a-zA-Z%/]*)");
    private static final Map<String, Long> TIMES =
            Map.of("ns", 1L, "us", 1_000L, "ms", 1_000_000L, "s", 1_000_000_000L);
    private static final Map<String, Long> RATES = Map.of("MB/s", 1_000_000L, "GB/s", 1_000_000_000L);

    private Quantity() {}

    /** Nanoseconds, from 0 to {@code most}. */
    public static long nanos(final String option, final String text, final long most) {
        final Long value = scaled(text, TIMES);
        if (value == null || value > most) {
            throw refused(option, text, "a time up to " + most + "ns, such as 900ns or 1.5us");
        }
        return value;
    }

    /** Bytes per second, 1 MB/s at least. */
    public static long bytesPerSecond(final String option, final String text) {
        final Long value = scaled(text, RATES);
        if (value == null || value < RATES.get("MB/s")) {
            throw refused(option, text, "bytes per second, such as 25GB/s or 800MB/s");
        }
        return value;
    }

    /** A whole number in bounds. */
    public static int count(final String option, final String text, final int least, final int most) {
        final Long value = scaled(text, Map.of("", 1L));
        if (value == null || text.indexOf('.') >= 0 || value < least || value > most) {
            throw refused(option, text, "a number from " + least + " to " + most);
        }
        return value.intValue();
    }

    /** A share as {@code 0%} to {@code 100%}; returns 0 to 1. */
    public static double share(final String option, final String text) {
        final Long thousandths = scaled(text, Map.of("%", 1_000L));
        if (thousandths == null || thousandths > 100_000) {
            throw refused(option, text, "a share from 0% to 100%");
        }
        return thousandths / 100_000.0;
    }

    /** The error for a value that is not what it should be. */
    public static BusException refused(final String option, final String text, final String wanted) {
        return new BusException(option + "=" + text + ": say " + wanted);
    }

    /** The number times its unit, or null if it is no number with one of these units. */
    private static Long scaled(final String text, final Map<String, Long> units) {
        final Matcher form = FORM.matcher(text);
        if (!form.matches() || !units.containsKey(form.group(2))) {
            return null;
        }
        return new BigDecimal(form.group(1))
                .multiply(BigDecimal.valueOf(units.get(form.group(2))))
                .longValue();
    }
}
