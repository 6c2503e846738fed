package org.pno.cli.measure;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.pno.cli.json.Json;

/** The figures that are shown of a measurement: their names in tables and in JSON. */
public record Figure(String label, String jsonName, String format, ToDoubleFunction<Sample> of) {
    public static final Figure RATE =
            new Figure("requests per second", "requestsPerSecond", "%,.0f", Sample::requestsPerSecond);
    public static final Figure P50 = new Figure("p50 latency, µs", "p50Micros", "%,.0f", Sample::p50Micros);
    public static final Figure P99 = new Figure("p99 latency, µs", "p99Micros", "%,.0f", Sample::p99Micros);
    public static final Figure HOST_CPU =
            new Figure("host CPU per request, µs", "hostCpuMicrosPerRequest", "%,.2f", Sample::hostCpuMicrosPerRequest);

    public static final List<Figure> ALL = List.of(RATE, P50, P99, HOST_CPU);

    /** A value of it as tables show it; what no tool has told is a dash. */
    public String text(final double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, format, value);
    }

    /** A sample as a JSON object. */
    public static Map<String, Object> json(final Sample sample) {
        final Map<String, Object> object = Json.object();
        ALL.forEach(figure -> object.put(figure.jsonName, figure.of.applyAsDouble(sample)));
        return object;
    }
}
