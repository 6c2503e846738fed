package org.pno.bench;

import java.util.Collection;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks that the arguments name (all without any) and fails where one exceeds its {@link Budget}. Start
 * it with {@code --sun-misc-unsafe-memory-access=allow}, or JMH has Java warn of its habits.
 */
public final class Benchmarks {
    private Benchmarks() {}

    public static void main(final String[] patterns) throws RunnerException {
        final ChainedOptionsBuilder options = new OptionsBuilder()
                .forks(1)
                .warmupIterations(5)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(5)
                .measurementTime(TimeValue.milliseconds(500))
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .jvmArgsAppend(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+UseSerialGC",
                        "-XX:+UseCompactObjectHeaders");
        for (final String pattern : patterns) {
            options.include(pattern);
        }
        final Collection<RunResult> results = new Runner(options.build()).run();
        boolean withinBudgets = true;
        for (final RunResult result : results) {
            withinBudgets &= report(result);
        }
        System.exit(withinBudgets && !results.isEmpty() ? 0 : 1);
    }

    private static boolean report(final RunResult run) {
        final Result<?> time = run.getPrimaryResult();
        final Result<?> allocated = run.getSecondaryResults().get("gc.alloc.rate.norm");
        final double bytes = allocated == null ? 0 : allocated.getScore();
        final String name = name(run);
        // The fastest iteration is what the code costs; the others, what else the machine was doing.
        final double bestNs = time.getStatistics().getMin();
        final String verdict = Budget.judge(name, bestNs, bytes);
        System.out.printf(
                "%-40s best %9.1f ns  mean %9.1f ns  %6.2f bytes  %s%n", name, bestNs, time.getScore(), bytes, verdict);
        return !verdict.startsWith(Budget.EXCEEDED);
    }

    /** {@code Checksum.sum(1460)}: class without its suffix, method, parameters. */
    private static String name(final RunResult run) {
        final String full = run.getParams().getBenchmark();
        final String method = full.substring(full.lastIndexOf('.', full.lastIndexOf('.') - 1) + 1);
        final StringBuilder parameters = new StringBuilder();
        for (final String key : run.getParams().getParamsKeys()) {
            parameters
                    .append(parameters.isEmpty() ? "(" : ", ")
                    .append(run.getParams().getParam(key));
        }
        return method.replace("Benchmark.", ".") + (parameters.isEmpty() ? "" : parameters + ")");
    }
}
