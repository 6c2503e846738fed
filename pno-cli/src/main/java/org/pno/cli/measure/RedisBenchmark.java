package org.pno.cli.measure;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pno.cli.lab.Lab;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Cores;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;

/** redis-benchmark on the peer, and beside it the host's core by the clock of the kernel. */
public final class RedisBenchmark {
    /** Keys that requests choose from at random; all of them exist. */
    public static final int KEYS = 10_000;

    private static final int TRIAL_REQUESTS = 20_000;
    private static final Duration SLACK = Duration.ofSeconds(30);
    private static final double MICROS_PER_MILLI = 1_000;

    private final Lab lab;
    private final Cores cores;
    private final RedisServer server;
    private final int payloadBytes;
    private final int connections;

    public RedisBenchmark(
            final Lab lab, final Cores cores, final RedisServer server, final int payloadBytes, final int connections) {
        this.lab = lab;
        this.cores = cores;
        this.server = server;
        this.payloadBytes = payloadBytes;
        this.connections = connections;
    }

    /**
     * Sends one kind of request for about so long. A trial of the same finds out how many these are, and warms up what
     * has to be warm.
     *
     * @param test "set" or "get"
     */
    public Sample run(final String test, final double seconds) {
        double rate = run(test, TRIAL_REQUESTS, seconds).requestsPerSecond();
        final int trial = (int) Math.max(TRIAL_REQUESTS, rate * seconds / 4);
        rate = run(test, trial, seconds).requestsPerSecond();
        return run(test, (int) Math.max(TRIAL_REQUESTS, rate * seconds), seconds);
    }

    private Sample run(final String test, final int requests, final double seconds) {
        final List<String> line = server.clientLine(
                "redis-benchmark",
                "--csv",
                "-t",
                test,
                "-n",
                Integer.toString(requests),
                "-c",
                Integer.toString(connections),
                "-d",
                Integer.toString(payloadBytes),
                "-r",
                Integer.toString(KEYS));
        final long busyBefore = CoreTime.busyMicros(cores.hostCore());
        final LabProcess client = lab.start(Side.PEER, "redis-benchmark", line);
        final int status = client.awaitEnd(SLACK.plusMillis((long) (seconds * 10_000)));
        final long busyMicros = CoreTime.busyMicros(cores.hostCore()) - busyBefore;
        if (status != 0) {
            throw new UserError("redis-benchmark failed (exit status " + status + "): " + client.output());
        }
        return parse(client.output(), test, (double) busyMicros / requests);
    }

    /** Reads the line of a test: "GET","rps","average","minimum","p50","p95","p99","maximum", latencies in ms. */
    static Sample parse(final String output, final String test, final double hostCpuMicrosPerRequest) {
        final String number = "\"([0-9.]+)\"";
        final Pattern row = Pattern.compile(
                "^\"" + test.toUpperCase(Locale.ROOT) + "\"" + (',' + number).repeat(7) + "$", Pattern.MULTILINE);
        final Matcher values = row.matcher(output);
        if (!values.find() || output.contains("Error")) {
            throw new UserError("redis-benchmark (6.2 or later is needed) did not tell what it measured: " + output);
        }
        return new Sample(
                Double.parseDouble(values.group(1)),
                Double.parseDouble(values.group(4)) * MICROS_PER_MILLI,
                Double.parseDouble(values.group(6)) * MICROS_PER_MILLI,
                hostCpuMicrosPerRequest);
    }
}
