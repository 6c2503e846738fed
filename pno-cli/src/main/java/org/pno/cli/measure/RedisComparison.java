package org.pno.cli.measure;

import java.util.function.Function;
import org.pno.cli.lab.Lab;
import org.pno.cli.machine.Cores;
import org.pno.cli.machine.UserError;

/** redis over one transport and over the other: a fresh server each time, SET, then GET of keys that exist. */
public final class RedisComparison {
    public static final int PAYLOAD_BYTES = 64;
    public static final int CONNECTIONS = 32;

    /** Uncounted load before the first figure, over either transport: caches, and what a JVM has to compile. */
    private static final double WARM_UP_SECONDS = 4;

    /** What one round over one transport measured. */
    public record Round(Sample set, Sample get) {}

    private final Lab lab;
    private final Cores cores;
    private final double seconds;

    /** @param seconds that each measurement lasts, about */
    public RedisComparison(final Lab lab, final Cores cores, final double seconds) {
        this.lab = lab;
        this.cores = cores;
        this.seconds = seconds;
    }

    /** Measures SET and GET once. Over PnO a DPU of this lab must run. */
    public Round measure(final Transport transport) {
        return withServer(
                transport, benchmark -> new Round(benchmark.run("set", seconds), benchmark.run("get", seconds)));
    }

    /** Measures GET once. Over PnO a DPU of this lab must run. */
    public Sample measureGet(final Transport transport) {
        return withServer(transport, benchmark -> benchmark.run("get", seconds));
    }

    private <T> T withServer(final Transport transport, final Function<RedisBenchmark, T> work) {
        try (RedisServer server = RedisServer.start(lab, cores, transport)) {
            server.fill(RedisBenchmark.KEYS, PAYLOAD_BYTES);
            final RedisBenchmark benchmark = new RedisBenchmark(lab, cores, server, PAYLOAD_BYTES, CONNECTIONS);
            benchmark.run("set", WARM_UP_SECONDS);
            final T result = work.apply(benchmark);
            final long misses = server.statistic("keyspace_misses");
            if (misses != 0) {
                throw new UserError(misses + " of the keys that were asked for did not exist; the figures are void.");
            }
            return result;
        }
    }
}
