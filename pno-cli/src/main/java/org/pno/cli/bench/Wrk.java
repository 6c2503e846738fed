package org.pno.cli.bench;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.LoadClient;
import org.pno.cli.measure.Shape;
import org.pno.cli.measure.ToolReport;
import org.pno.cli.measure.VoidRound;

/** wrk on the peer: HTTP GET of one file, connections kept. curl looks at the file before. */
final class Wrk {
    static final Map<String, String> NEEDS = Map.of("wrk", "wrk", "curl", "curl", "cmp", "diffutils");

    private static final String NUMBER = "([0-9.]+)";
    private static final Pattern TOTAL =
            Pattern.compile("([0-9]+) requests in " + NUMBER + "(us|ms|s|m), " + NUMBER + "([KMGT]?)B read");
    private static final Pattern P50 = percentile(50);
    private static final Pattern P99 = percentile(99);
    private static final double READ_PRECISION = 0.99; // it tells two digits behind the point
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** As many requests at once as the pipeline is long. */
    private static final String SCRIPT = """
            init = function(args)
                local all = {}
                for i = 1, %d do all[i] = wrk.format(nil, wrk.path) end
                whole = table.concat(all)
            end
            request = function() return whole end
            """;

    private Wrk() {}

    private static Pattern percentile(final int which) {
        return Pattern.compile("^ +" + which + "% +" + NUMBER + "(us|ms|s|m)", Pattern.MULTILINE);
    }

    /**
     * A client of that address.
     *
     * @param file what must come
     */
    static LoadClient client(final Bed bed, final String url, final Path file, final Shape shape) {
        final Path script =
                bed.file("wrk.lua", SCRIPT.formatted(shape.pipeline()).getBytes(StandardCharsets.UTF_8));
        return new PeerTool(
                bed,
                "wrk",
                seconds -> {
                    final String whole = Long.toString(Math.max(1, Math.round(seconds))); // it takes no fractions
                    final List<String> line = List.of(
                            "wrk",
                            "-t1",
                            "-c" + shape.connections(),
                            "-d" + whole + "s",
                            "--latency",
                            "--timeout",
                            "5s");
                    return shape.pipeline() == 1 ? join(line, url) : join(line, "-s", script.toString(), url);
                },
                output -> parse(output, shape.payloadBytes()),
                () -> checkContent(bed, url, file));
    }

    private static List<String> join(final List<String> line, final String... more) {
        return Stream.concat(line.stream(), Stream.of(more)).toList();
    }

    private static void checkContent(final Bed bed, final String url, final Path file) {
        final String compare = "curl -sS --fail --max-time 10 " + url + " | cmp - " + file;
        final LabProcess check = bed.lab().start(Side.PEER, "curl", List.of("bash", "-o", "pipefail", "-c", compare));
        if (check.awaitEnd(PATIENCE) != 0) {
            throw new UserError(url + " is not what it should be: " + check.tail());
        }
    }

    static ToolReport parse(final String output, final int payloadBytes) {
        if (output.contains("Socket errors") || output.contains("Non-2xx")) {
            throw new VoidRound("wrk saw errors: " + output);
        }
        final Matcher total = TOTAL.matcher(output);
        final Matcher p50 = P50.matcher(output);
        final Matcher p99 = P99.matcher(output);
        if (!total.find() || !p50.find() || !p99.find()) {
            throw new UserError("wrk did not tell what it measured: " + output);
        }
        final double requests = Double.parseDouble(total.group(1));
        final double read = Double.parseDouble(total.group(4)) * Math.pow(1_024, " KMGT".indexOf(unit(total.group(5))));
        if (requests == 0 || read < requests * payloadBytes * READ_PRECISION) {
            throw new VoidRound("wrk read less than the answers that it counted: " + output);
        }
        return new ToolReport(requests, micros(total, 2) / 1e6, micros(p50, 1), micros(p99, 1));
    }

    private static String unit(final String prefix) {
        return prefix.isEmpty() ? " " : prefix;
    }

    private static double micros(final Matcher match, final int group) {
        final double value = Double.parseDouble(match.group(group));
        return switch (match.group(group + 1)) {
            case "us" -> value;
            case "ms" -> value * 1e3;
            case "s" -> value * 1e6;
            default -> value * 60e6;
        };
    }
}
