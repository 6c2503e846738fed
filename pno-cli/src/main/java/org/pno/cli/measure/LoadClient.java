package org.pno.cli.measure;

import java.util.function.Supplier;

/** What loads a server, on the peer. A run in which it saw an error or a wrong answer is a {@link VoidRound}. */
public interface LoadClient {
    /** Does what must be done once before the first run: stores what is asked for, looks at an answer. */
    void prepare();

    /** Runs about so long. */
    ToolReport run(double seconds);

    /** Runs about so long; a meter is made when what it does begins to count, and read when that ends. */
    default Reading read(final double seconds, final Supplier<HostMeter> meter) {
        final HostMeter started = meter.get();
        final ToolReport report = run(seconds);
        return Reading.of(report, started.use());
    }
}
