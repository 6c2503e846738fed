package org.pno.port;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A port as it is given to {@code --port}: {@code KIND:TARGET[,OPTION=VALUE]…}. Says nothing yet about whether there is
 * such a kind.
 *
 * @param kind what stands before the colon
 * @param target what stands behind it: an interface, a path
 * @param options what follows, in order
 */
public record PortSpec(String kind, String target, Map<String, String> options) {
    /**
     * Reads a spec.
     *
     * @throws PortException if it has not that form
     */
    public static PortSpec parse(final String text) {
        final int colon = text.indexOf(':');
        if (colon <= 0) {
            throw malformed(text, "it has no kind and colon");
        }
        final String[] parts = text.substring(colon + 1).split(",", -1);
        if (parts[0].isEmpty()) {
            throw malformed(text, "nothing stands behind the colon");
        }
        final Map<String, String> options = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            final int equals = parts[i].indexOf('=');
            if (equals <= 0 || equals == parts[i].length() - 1) {
                throw malformed(text, "'" + parts[i] + "' is no OPTION=VALUE");
            }
            if (options.put(parts[i].substring(0, equals), parts[i].substring(equals + 1)) != null) {
                throw malformed(text, "option '" + parts[i].substring(0, equals) + "' is given twice");
            }
        }
        return new PortSpec(text.substring(0, colon), parts[0], options);
    }

    private static PortException malformed(final String text, final String why) {
        return new PortException("'" + text + "' is no port: " + why + ". A port is " + PortFactory.forms());
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder(kind).append(':').append(target);
        options.forEach(
                (option, value) -> text.append(',').append(option).append('=').append(value));
        return text.toString();
    }
}
