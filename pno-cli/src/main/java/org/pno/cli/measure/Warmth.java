package org.pno.cli.measure;

import java.util.Locale;
import java.util.Map;
import org.pno.cli.json.Json;

/**
 * What came of a warm-up.
 *
 * @param seconds of load
 * @param jitSeconds of CPU that the compilers of the route's virtual machines took meanwhile
 * @param jitShare of a core that they still took at its end
 */
public record Warmth(double seconds, double jitSeconds, double jitShare) {
    private static final double RESTING_SHARE = 0.03;

    /** True if the compilers rested at its end. */
    public boolean isAtRest() {
        return jitShare < RESTING_SHARE;
    }

    /** Both, one after the other. */
    public Warmth then(final Warmth later) {
        return new Warmth(seconds + later.seconds, jitSeconds + later.jitSeconds, later.jitShare);
    }

    /** For people, if the compilers do not rest. */
    public String warning(final String route) {
        return String.format(
                Locale.ROOT,
                "WARNING: after %.0f s of load the JIT of route %s still takes %.0f %% of a core: no steady state",
                seconds,
                route,
                jitShare * 100);
    }

    /** For people. */
    public String text() {
        return String.format(
                Locale.ROOT, "loaded for %.1f s before, in which the JIT took %.1f s of CPU", seconds, jitSeconds);
    }

    /** As a JSON object. */
    public Map<String, Object> json() {
        return Json.object(
                "seconds", seconds, "jitCpuSeconds", jitSeconds, "jitShareAtEnd", jitShare, "atRest", isAtRest());
    }
}
