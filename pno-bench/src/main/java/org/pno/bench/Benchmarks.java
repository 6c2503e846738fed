package org.pno.bench;

import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks that the arguments name (all without any) and fails where one exceeds its {@link Budget}. They
 * run with the options of this JVM; {@code --sun-misc-unsafe-memory-access=allow} should be among them, or JMH has Java
 * warn of its habits. With {@code --json} first, it prints an object for each, with commas between.
 */
public final class Benchmarks {
    private static final String JSON = "--json";

    private Benchmarks() {}

    public static void main(final String[] arguments) throws RunnerException {
        final boolean isJson = arguments.length > 0 && arguments[0].equals(JSON);
        final ChainedOptionsBuilder options = new OptionsBuilder()
                .forks(1)
                .warmupIterations(5)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(5)
                .measurementTime(TimeValue.milliseconds(500))
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT);
        for (int i = isJson ? 1 : 0; i < arguments.length; i++) {
            options.include(arguments[i]);
        }
        final Collection<RunResult> results;
        try {
            results = new Runner(options.build()).run();
        } catch (final NoBenchmarksException e) {
            System.err.println("pno: no benchmark's name matches " + String.join(" or ", arguments));
            System.exit(2);
            return;
        }
        boolean withinBudgets = true;
        String separator = "";
        for (final RunResult result : results) {
            if (isJson) {
                System.out.print(separator);
                separator = ",\n";
            }
            withinBudgets &= report(result, isJson);
        }
        System.exit(withinBudgets && !results.isEmpty() ? 0 : 1);
    }

    private static boolean report(final RunResult run, final boolean isJson) {
        final Result<?> time = run.getPrimaryResult();
        final Result<?> allocated = run.getSecondaryResults().get("gc.alloc.rate.norm");
        final double bytes = allocated == null ? 0 : allocated.getScore();
        final String name = name(run);
        // The fastest iteration is what the code costs; the others, what else the machine was doing.
        final double bestNs = time.getStatistics().getMin();
        final String verdict = Budget.judge(name, bestNs, bytes);
        final boolean isKept = !verdict.startsWith(Budget.EXCEEDED);
        final String form = isJson
                ? "{\"name\":\"%s\",\"bestNanos\":%.1f,\"meanNanos\":%.1f,\"allocatedBytes\":%.2f,\"verdict\":\"%s\"}"
                : "%-40s best %9.1f ns  mean %9.1f ns  %6.2f bytes  %s%n";
        System.out.print(String.format(Locale.ROOT, form, name, bestNs, time.getScore(), bytes, verdict));
        return isKept;
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
