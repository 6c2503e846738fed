package org.pno.cli.load;

import java.util.Map;
import org.HdrHistogram.Histogram;
import org.pno.cli.json.Json;

/**
 * What came of a job.
 *
 * @param requests that were answered, rightly, in the time that counts
 * @param latencies of these, in nanoseconds
 * @param failure why the job ended before its time, or null
 */
public record LoadReport(long requests, double seconds, Histogram latencies, String failure) {
    private static final double NANOS_PER_MICRO = 1_000;

    private double micros(final double percentile) {
        return latencies.getTotalCount() == 0
                ? Double.NaN
                : latencies.getValueAtPercentile(percentile) / NANOS_PER_MICRO;
    }

    /** With latencies in microseconds. */
    public Map<String, Object> json() {
        return Json.object(
                "requests", requests,
                "seconds", seconds,
                "p50Micros", micros(50),
                "p90Micros", micros(90),
                "p99Micros", micros(99),
                "p999Micros", micros(99.9),
                "maxMicros", micros(100),
                "failure", failure);
    }
}
