package org.pno.cli.measure;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pno.cli.lab.Lab;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;

/** redis-benchmark on the peer: one kind of request. It takes a number of them, which the run before tells. */
public final class RedisBenchmark implements LoadClient {
    private static final int MOST_KEYS = 10_000;
    private static final int STORE_BYTES = 1 << 25;

    private static final int TRIAL_REQUESTS = 10_000;
    private static final double TRIAL_SECONDS = 1;
    private static final Duration SLACK = Duration.ofSeconds(30);
    private static final double MICROS_PER_MILLI = 1_000;

    private final Lab lab;
    private final RedisServer server;
    private final String test;
    private final Shape shape;
    private double rate;

    /** @param test "set" or "get" */
    public RedisBenchmark(final Lab lab, final RedisServer server, final String test, final Shape shape) {
        this.lab = lab;
        this.server = server;
        this.test = test;
        this.shape = shape;
    }

    /** Keys that requests choose from at random, all of which must exist: their values fit into a store. */
    public static int keys(final Shape shape) {
        return Math.clamp(STORE_BYTES / shape.payloadBytes(), 1, MOST_KEYS);
    }

    @Override
    public void prepare() {
        send(TRIAL_REQUESTS, TRIAL_SECONDS);
    }

    @Override
    public ToolReport run(final double seconds) {
        return send((int) Math.max(TRIAL_REQUESTS, rate * seconds), seconds);
    }

    private ToolReport send(final int requests, final double seconds) {
        final List<String> line = server.clientLine(
                "redis-benchmark",
                "--csv",
                "-t",
                test,
                "-n",
                Integer.toString(requests),
                "-c",
                Integer.toString(shape.connections()),
                "-d",
                Integer.toString(shape.payloadBytes()),
                "-P",
                Integer.toString(shape.pipeline()),
                "-r",
                Integer.toString(keys(shape)));
        final LabProcess client = lab.start(Side.PEER, "redis-benchmark", line);
        final int status = client.awaitEnd(SLACK.plusMillis((long) (seconds * 10_000)));
        if (status != 0) {
            throw new VoidRound("redis-benchmark failed (exit status " + status + "): " + client.output());
        }
        final ToolReport report = parse(client.output(), test, requests);
        rate = requests / report.seconds();
        return report;
    }

    /** Reads the line of a test: "GET","rps","average","minimum","p50","p95","p99","maximum", latencies in ms. */
    static ToolReport parse(final String output, final String test, final int requests) {
        if (output.contains("Error")) {
            throw new VoidRound("redis-benchmark saw errors: " + output);
        }
        final String number = "\"([0-9.]+)\"";
        final Pattern row = Pattern.compile(
                "^\"" + test.toUpperCase(Locale.ROOT) + "\"" + (',' + number).repeat(7) + "$", Pattern.MULTILINE);
        final Matcher values = row.matcher(output);
        if (!values.find()) {
            throw new UserError("redis-benchmark (6.2 or later is needed) did not tell what it measured: " + output);
        }
        return new ToolReport(
                requests,
                requests / Double.parseDouble(values.group(1)),
                Double.parseDouble(values.group(4)) * MICROS_PER_MILLI,
                Double.parseDouble(values.group(6)) * MICROS_PER_MILLI);
    }
}
