package org.pno.cli;

import picocli.CommandLine.Option;

/** How long routes are loaded before what counts. */
final class WarmUpOption {
    @Option(
            names = "--warm-up",
            paramLabel = "S",
            defaultValue = "30",
            description = {
                "Load each route uncounted until the JIT compilers of its virtual machines rest, but no longer than",
                "this; a route whose compilers still work then is told. Default: ${DEFAULT-VALUE} seconds.",
            })
    private double mostSeconds;

    double mostSeconds() {
        Arguments.positive("--warm-up", mostSeconds);
        return mostSeconds;
    }
}
