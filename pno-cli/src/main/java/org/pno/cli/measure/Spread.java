package org.pno.cli.measure;

import java.util.List;

/** Where values lie: the middle one, and how far they reach. */
public record Spread(double median, double min, double max) {
    /** @param values one at least */
    public static Spread of(final List<Double> values) {
        final List<Double> sorted = values.stream().sorted().toList();
        final int half = sorted.size() / 2;
        final double median = sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
        return new Spread(median, sorted.getFirst(), sorted.getLast());
    }
}
