package org.pno.cli.measure;

import java.util.function.ToDoubleFunction;

/** One measurement over each transport. */
public record Pair(Sample kernel, Sample pno) {
    /** PnO's figure as a multiple of the kernel's. */
    public double ratio(final ToDoubleFunction<Sample> figure) {
        return figure.applyAsDouble(pno) / figure.applyAsDouble(kernel);
    }
}
