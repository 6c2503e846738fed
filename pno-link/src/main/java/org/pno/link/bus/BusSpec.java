package org.pno.link.bus;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A bus as it is given to {@code --bus}: {@code KIND[:[NAME,]OPTION=VALUE,…]}, as in {@code mapped},
 * {@code pcie:bluefield3} and {@code pcie:bluefield3,read=2us}. Says nothing yet about whether there is such a kind.
 *
 * @param kind what stands before the colon
 * @param name the first word behind it that is no OPTION=VALUE: a preset, a provider; empty if there is none
 * @param options what else stands there, in order
 */
public record BusSpec(String kind, String name, Map<String, String> options) {
    public BusSpec {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /**
     * Reads a spec.
     *
     * @throws BusException if it has not that form
     */
    public static BusSpec parse(final String text) {
        final int colon = text.indexOf(':');
        final String kind = colon < 0 ? text : text.substring(0, colon);
        if (kind.isEmpty()) {
            throw new BusException("it names no kind of bus");
        }
        if (colon < 0) {
            return new BusSpec(kind, "", Map.of());
        }
        final String[] parts = text.substring(colon + 1).split(",", -1);
        final boolean isNamed = parts[0].indexOf('=') < 0;
        if (parts[0].isEmpty()) {
            throw new BusException("nothing stands behind the colon");
        }
        final Map<String, String> options = new LinkedHashMap<>();
        for (int i = isNamed ? 1 : 0; i < parts.length; i++) {
            final int equals = parts[i].indexOf('=');
            if (equals <= 0 || equals == parts[i].length() - 1) {
                throw new BusException("'" + parts[i] + "' is no OPTION=VALUE");
            }
            if (options.put(parts[i].substring(0, equals), parts[i].substring(equals + 1)) != null) {
                throw new BusException("option '" + parts[i].substring(0, equals) + "' is given twice");
            }
        }
        return new BusSpec(kind, isNamed ? parts[0] : "", options);
    }

    /**
     * Makes sure that there are no options but these.
     *
     * @throws BusException naming the first other one
     */
    public void allow(final List<String> known) {
        for (final String option : options.keySet()) {
            if (!known.contains(option)) {
                throw new BusException("'" + option + "' is no option of '" + kind + "'; it has "
                        + (known.isEmpty() ? "none" : String.join(", ", known)));
            }
        }
    }

    /** As it is typed. */
    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder(kind);
        char separator = ':';
        if (!name.isEmpty()) {
            text.append(separator).append(name);
            separator = ',';
        }
        for (final Map.Entry<String, String> option : options.entrySet()) {
            text.append(separator).append(option.getKey()).append('=').append(option.getValue());
            separator = ',';
        }
        return text.toString();
    }
}
