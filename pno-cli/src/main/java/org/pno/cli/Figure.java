package org.pno.cli;

import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.pno.cli.measure.Sample;

/** The figures that are shown of a measurement: their names in tables and in JSON. */
record Figure(String label, String jsonName, String format, ToDoubleFunction<Sample> of) {
    static final Figure RATE =
            new Figure("requests per second", "requestsPerSecond", "%,.0f", Sample::requestsPerSecond);
    static final Figure P50 = new Figure("p50 latency, µs", "p50Micros", "%,.0f", Sample::p50Micros);
    static final Figure P99 = new Figure("p99 latency, µs", "p99Micros", "%,.0f", Sample::p99Micros);
    static final Figure HOST_CPU =
            new Figure("host CPU per request, µs", "hostCpuMicrosPerRequest", "%,.2f", Sample::hostCpuMicrosPerRequest);

    static final List<Figure> ALL = List.of(RATE, P50, P99, HOST_CPU);

    String text(final double value) {
        return Table.number(format, value);
    }

    /** A sample as a JSON object. */
    static Map<String, Object> json(final Sample sample) {
        final Map<String, Object> object = Json.object();
        ALL.forEach(figure -> object.put(figure.jsonName, figure.of.applyAsDouble(sample)));
        return object;
    }
}
