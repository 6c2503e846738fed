package org.pno.cli.measure;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.pno.cli.machine.UserError;

/**
 * Load that is not counted, before that which is: until caches are filled and the compilers of the route's virtual
 * machines rest. It comes in laps, each a run of the client, so that a client that takes a number of requests learns
 * the warm rate.
 */
public final class WarmUp {
    private static final double COLD_SECONDS = 3;
    private static final double AGAIN_SECONDS = 1;
    private static final double LAP_SECONDS = 0.5;
    /** So much load is looked at to judge whether the compilers rest, if there is to be as much. */
    private static final double WINDOW_SECONDS = 2;

    private final double leastSeconds;
    private final double mostSeconds;
    private final double windowSeconds;
    private final Consumer<String> say;

    /**
     * Prepares for routes.
     *
     * @param leastSeconds of load on each, though nothing compiles
     */
    WarmUp(final double leastSeconds, final double mostSeconds, final Consumer<String> say) {
        this.leastSeconds = Math.min(leastSeconds, mostSeconds);
        this.mostSeconds = mostSeconds;
        windowSeconds = Math.min(WINDOW_SECONDS, this.leastSeconds);
        this.say = say;
    }

    /**
     * For routes that have just been made.
     *
     * @param mostSeconds of load on each, though something still compiles
     * @param say tells people of a route on which it did
     */
    public static WarmUp cold(final double mostSeconds, final Consumer<String> say) {
        return new WarmUp(COLD_SECONDS, mostSeconds, say);
    }

    /** The same for routes that were loaded before, in another way. */
    public static WarmUp again(final double mostSeconds, final Consumer<String> say) {
        return new WarmUp(AGAIN_SECONDS, mostSeconds, say);
    }

    private record Lap(double seconds, double jitSeconds) {}

    /**
     * Loads a route.
     *
     * @param jit of its virtual machines
     * @throws UserError if a run is void
     */
    public Warmth run(final String route, final LoadClient client, final JitTime jit) {
        try {
            client.prepare();
            final Warmth warmth = load(client, jit);
            if (!warmth.isAtRest()) {
                say.accept(warmth.warning(route));
            }
            return warmth;
        } catch (final VoidRound e) {
            throw new UserError("by route " + route + ": " + e.getMessage(), e);
        }
    }

    private Warmth load(final LoadClient client, final JitTime jit) {
        final Deque<Lap> window = new ArrayDeque<>();
        Warmth warmth = new Warmth(0, 0, 0);
        double jitSeconds = jit.seconds();
        do {
            final ToolReport report = client.run(LAP_SECONDS);
            final Lap lap = new Lap(report.seconds(), jit.seconds() - jitSeconds);
            jitSeconds += lap.jitSeconds;
            window.addLast(lap);
            while (seconds(window) - window.getFirst().seconds >= windowSeconds) {
                window.removeFirst();
            }
            warmth = warmth.then(new Warmth(lap.seconds, lap.jitSeconds, share(window)));
        } while (warmth.seconds() < (warmth.isAtRest() ? leastSeconds : mostSeconds));
        return warmth;
    }

    private static double seconds(final Deque<Lap> laps) {
        return laps.stream().mapToDouble(Lap::seconds).sum();
    }

    private static double share(final Deque<Lap> laps) {
        return laps.stream().mapToDouble(Lap::jitSeconds).sum() / seconds(laps);
    }
}
