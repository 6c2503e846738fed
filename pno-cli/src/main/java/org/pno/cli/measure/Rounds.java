package org.pno.cli.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Measurements over both transports in turn, so that what drifts (clock rates, neighbours of a virtual machine) meets
 * both alike. Every second round begins with the other transport.
 */
public final class Rounds {
    /** One measurement over each. */
    public record Pair(Sample kernel, Sample pno) {
        /** PnO's figure as a multiple of the kernel's. */
        public double ratio(final ToDoubleFunction<Sample> figure) {
            return figure.applyAsDouble(pno) / figure.applyAsDouble(kernel);
        }
    }

    private final List<Pair> pairs = new ArrayList<>();

    /** Runs one more round. */
    public Pair run(final Function<Transport, Sample> measurement) {
        final boolean kernelFirst = pairs.size() % 2 == 0;
        final Sample first = measurement.apply(kernelFirst ? Transport.KERNEL : Transport.PNO);
        final Sample second = measurement.apply(kernelFirst ? Transport.PNO : Transport.KERNEL);
        final Pair pair = kernelFirst ? new Pair(first, second) : new Pair(second, first);
        pairs.add(pair);
        return pair;
    }

    public List<Pair> pairs() {
        return List.copyOf(pairs);
    }

    /** Of the rounds' ratios. */
    public Spread ratio(final ToDoubleFunction<Sample> figure) {
        return Spread.of(pairs.stream().map(pair -> pair.ratio(figure)).toList());
    }

    /** Of one side's figures. */
    public Spread figures(final Function<Pair, Sample> side, final ToDoubleFunction<Sample> figure) {
        return Spread.of(pairs.stream()
                .map(pair -> figure.applyAsDouble(side.apply(pair)))
                .toList());
    }
}
