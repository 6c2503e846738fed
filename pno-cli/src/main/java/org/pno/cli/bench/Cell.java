package org.pno.cli.bench;

import java.util.Comparator;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.pno.cli.measure.Figure;
import org.pno.cli.measure.Reading;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Sample;
import org.pno.cli.measure.Shape;
import org.pno.cli.measure.Spread;
import org.pno.cli.measure.Warmth;

/**
 * What came of one workload in one shape. The kernel's figures are those of its best variant: rates and latencies of
 * the one with the highest median rate, host CPU of the first, in which all of the host's work is done by the host's
 * core. Ratios are taken round by round.
 *
 * @param app the workload's name
 * @param load what was asked for beside the shape
 * @param warmths what came of the runs on each route that do not count
 */
public record Cell(String app, Shape shape, Load load, Comparison compared, Map<Route, Warmth> warmths, Rounds rounds) {
    /** A core that is busy for more than this share of a run is saturated; starts and ends of runs are the rest. */
    private static final double SATURATED = 0.9;

    /**
     * Who loads, and how.
     *
     * @param bus between the DPU and the host's memory
     * @param requestsPerSecond that an open loop sends, or 0: as fast as answers come
     */
    public record Load(ClientKind client, String bus, double requestsPerSecond) {}

    /** The kernel's fastest variant. */
    public Route fastestKernel() {
        return compared.kernel().stream()
                .max(Comparator.comparingDouble(route -> median(route, Figure.RATE)))
                .orElseThrow();
    }

    /** The variant whose host CPU is compared. */
    private Route wholeKernel() {
        return compared.kernel().getFirst();
    }

    private Route kernel(final Figure figure) {
        return figure == Figure.HOST_CPU ? wholeKernel() : fastestKernel();
    }

    /** The middle of a route's rounds. */
    public double median(final Route route, final Figure figure) {
        return median(route, reading -> figure.of().applyAsDouble(reading.sample()));
    }

    double median(final Route route, final ToDoubleFunction<Reading> figure) {
        return rounds.figures(route, figure).median();
    }

    public double kernelMedian(final Figure figure) {
        return median(kernel(figure), figure);
    }

    public double pnoMedian(final Figure figure) {
        return median(compared.pno(), figure);
    }

    /** The middle of each figure of a route. */
    public Sample medians(final Route route) {
        return new Sample(
                median(route, Figure.RATE),
                median(route, Figure.P50),
                median(route, Figure.P99),
                median(route, Figure.HOST_CPU));
    }

    /** What {@code ./pno demo} would call the kernel's sample. */
    public Sample kernelMedians() {
        return new Sample(
                kernelMedian(Figure.RATE),
                kernelMedian(Figure.P50),
                kernelMedian(Figure.P99),
                kernelMedian(Figure.HOST_CPU));
    }

    /** PnO's figure as a multiple of the kernel's. */
    public Spread ratio(final Figure figure) {
        final Route kernel = kernel(figure);
        return rounds.each(
                round -> figure.of().applyAsDouble(round.get(compared.pno()).sample())
                        / figure.of().applyAsDouble(round.get(kernel).sample()));
    }

    /**
     * The same of that part of the host CPU that an offload can remove: without what the program spends on its own
     * work, as the kernel's run shows it.
     */
    public Spread removableHostCpu() {
        return rounds.each(this::removableHostCpu);
    }

    private double removableHostCpu(final Map<Route, Reading> round) {
        final Reading kernel = round.get(wholeKernel());
        final double own = kernel.userMicrosPerRequest();
        final double pno = round.get(compared.pno()).sample().hostCpuMicrosPerRequest();
        return (pno - own) / (kernel.sample().hostCpuMicrosPerRequest() - own);
    }

    /** The program's own work for each request, by the kernel's run. */
    public double ownMicros() {
        return median(wholeKernel(), Reading::userMicrosPerRequest);
    }

    /** Of a route, before what counts. */
    public Warmth warmth(final Route route) {
        return warmths.get(route);
    }

    /** What the compilers of a route's virtual machines took of a core while it was measured. */
    public double jitBusy(final Route route) {
        return median(route, reading -> reading.use().jitBusy());
    }

    /** Which core a route saturates: "host", "other", "both" or "none". */
    public String saturatedCore(final Route route) {
        final boolean host = median(route, reading -> reading.use().hostBusy()) >= SATURATED;
        final boolean other = median(route, reading -> reading.use().otherBusy()) >= SATURATED;
        return host ? other ? "both" : "host" : other ? "other" : "none";
    }
}
