package org.pno.port;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.pno.sys.RandomBytes;

/**
 * The faults of both directions and the seed that decides where they strike, as given to {@code --fault}:
 *
 * <pre>
 *   loss=0.01,reorder=1%,reorder-by=3,duplicate=0.01,corrupt=0.001,
 *   delay=5ms,jitter=1ms,rate=100mbit,queue=20ms,seed=42
 * </pre>
 *
 * A name goes for both directions; with {@code rx.} or {@code tx.} before it, for what the port receives or sends.
 * Without a seed one is drawn; {@link #toString()} tells it, so that every run can be had again.
 */
public final class FaultSpec {
    private static final String FORM = "Faults are [rx.|tx.]NAME=VALUE, parted by commas: loss, corrupt, duplicate and"
            + " reorder with a probability (0.01 or 1%), reorder-by with segments (1 to " + FaultLine.MAX_OVERTAKERS
            + "), delay, jitter and queue with a time (500us, 5ms), rate with bits per second (100mbit), seed with a"
            + " number";

    private static final Map<String, Double> TIMES = Map.of("ns", 1e0, "us", 1e3, "ms", 1e6, "s", 1e9);
    private static final Map<String, Double> RATES = Map.of("bit", 1e0, "kbit", 1e3, "mbit", 1e6, "gbit", 1e9);

    private final long seed;
    private final FaultProfile rx;
    private final FaultProfile tx;
    private final String text;

    private FaultSpec(final long seed, final FaultProfile rx, final FaultProfile tx, final String text) {
        this.seed = seed;
        this.rx = rx;
        this.tx = tx;
        this.text = text;
    }

    /**
     * Reads a spec.
     *
     * @throws PortException if it cannot be understood
     */
    public static FaultSpec parse(final String text) {
        final Map<String, String> settings = new LinkedHashMap<>();
        for (final String part : text.split(",", -1)) {
            final int equals = part.indexOf('=');
            if (equals <= 0) {
                throw malformed(text, "'" + part + "' is no NAME=VALUE");
            }
            if (settings.put(part.substring(0, equals), part.substring(equals + 1)) != null) {
                throw malformed(text, "'" + part.substring(0, equals) + "' is given twice");
            }
        }
        final String seedText = settings.remove("seed");
        final long seed =
                seedText == null ? RandomBytes.nextLong() & Integer.MAX_VALUE : wholeNumber(text, "seed", seedText);
        final Reader reader = new Reader(text, settings);
        final FaultProfile rx = reader.profile("rx.");
        final FaultProfile tx = reader.profile("tx.");
        reader.checkAllUsed();
        return new FaultSpec(seed, rx, tx, seedText == null ? text + ",seed=" + seed : text);
    }

    public long seed() {
        return seed;
    }

    FaultProfile rx() {
        return rx;
    }

    FaultProfile tx() {
        return tx;
    }

    /** What was parsed, with the seed. */
    @Override
    public String toString() {
        return text;
    }

    private static PortException malformed(final String text, final String why) {
        return new PortException("'" + text + "' are no faults: " + why + ". " + FORM);
    }

    private static long wholeNumber(final String text, final String name, final String value) {
        try {
            return Long.parseLong(value);
        } catch (final NumberFormatException e) {
            throw malformed(text, name + " '" + value + "' is no whole number");
        }
    }

    /** Takes settings out of a spec, first those of the direction, then those of both. */
    private record Reader(String text, Map<String, String> settings, TreeSet<String> used) {
        Reader(final String text, final Map<String, String> settings) {
            this(text, settings, new TreeSet<>());
        }

        FaultProfile profile(final String direction) {
            return new FaultProfile(
                    probability(direction, "loss"),
                    probability(direction, "corrupt"),
                    probability(direction, "duplicate"),
                    probability(direction, "reorder"),
                    reorderBy(direction),
                    scaled(direction, "delay", "time", TIMES),
                    scaled(direction, "jitter", "time", TIMES),
                    scaled(direction, "rate", "rate", RATES),
                    scaled(direction, "queue", "time", TIMES));
        }

        void checkAllUsed() {
            for (final String name : settings.keySet()) {
                if (!used.contains(name)) {
                    throw malformed(text, "there is no fault '" + name + "'");
                }
            }
        }

        private String value(final String direction, final String name) {
            used.add(direction + name);
            used.add(name);
            return settings.getOrDefault(direction + name, settings.get(name));
        }

        private double probability(final String direction, final String name) {
            final String value = value(direction, name);
            if (value == null) {
                return 0;
            }
            final boolean percent = value.endsWith("%");
            final double number = number(name, percent ? value.substring(0, value.length() - 1) : value, value);
            final double probability = percent ? number / 100 : number;
            if (!(probability >= 0 && probability <= 1)) {
                throw malformed(text, name + " '" + value + "' is no probability from 0 to 1");
            }
            return probability;
        }

        private int reorderBy(final String direction) {
            final String value = value(direction, "reorder-by");
            final long segments =
                    value == null ? FaultProfile.DEFAULT_REORDER_BY : wholeNumber(text, "reorder-by", value);
            if (segments < 1 || segments > FaultLine.MAX_OVERTAKERS) {
                throw malformed(text, "reorder-by '" + value + "' is not from 1 to " + FaultLine.MAX_OVERTAKERS);
            }
            return (int) segments;
        }

        private long scaled(
                final String direction, final String name, final String quantity, final Map<String, Double> units) {
            final String value = value(direction, name);
            if (value == null) {
                return 0;
            }
            int digits = 0;
            while (digits < value.length() && "0123456789.".indexOf(value.charAt(digits)) >= 0) {
                digits++;
            }
            final Double unit = units.get(value.substring(digits).toLowerCase(Locale.ROOT));
            if (unit == null) {
                throw malformed(
                        text,
                        name + " '" + value + "' is no " + quantity + " with a unit of "
                                + String.join(", ", new TreeSet<>(units.keySet())));
            }
            return (long) (number(name, value.substring(0, digits), value) * unit);
        }

        private double number(final String name, final String digits, final String value) {
            try {
                return Double.parseDouble(digits);
            } catch (final NumberFormatException e) {
                throw malformed(text, name + " '" + value + "' is no number");
            }
        }
    }
}
