package org.pno.cli.bench;

import java.util.function.Supplier;
import org.pno.cli.load.LoadJob;
import org.pno.cli.measure.HostMeter;
import org.pno.cli.measure.HostUse;
import org.pno.cli.measure.LoadClient;
import org.pno.cli.measure.Reading;
import org.pno.cli.measure.ToolReport;
import org.pno.cli.measure.VoidRound;

/** The load generator of a route as a client: it fills the store first, if there is one. */
final class LeanClient implements LoadClient {
    /** Between connecting and counting. */
    private static final double WARM_UP_SECONDS = 0.1;

    private final Generator generator;
    private final LoadJob fill;
    private final LoadJob job;

    /** @param fill what is stored before, or null */
    LeanClient(final Generator generator, final LoadJob fill, final LoadJob job) {
        this.generator = generator;
        this.fill = fill;
        this.job = job.with("warmup", WARM_UP_SECONDS);
    }

    @Override
    public void prepare() {
        if (fill != null) {
            generator.run(fill, () -> {}, () -> {});
        }
    }

    @Override
    public ToolReport run(final double seconds) {
        return generator.run(job.with("seconds", seconds), () -> {}, () -> {});
    }

    @Override
    public Reading read(final double seconds, final Supplier<HostMeter> meter) {
        final HostMeter[] started = new HostMeter[1];
        final HostUse[] use = new HostUse[1];
        final ToolReport report = generator.run(
                job.with("seconds", seconds), () -> started[0] = meter.get(), () -> use[0] = started[0].use());
        if (use[0] == null || report.requests() == 0) {
            throw new VoidRound("nothing was answered in the time that counts");
        }
        return Reading.of(report, use[0]);
    }
}
