package org.pno.cli.bench;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Shape;
import org.pno.cli.measure.ToolReport;
import org.pno.cli.measure.VoidRound;
import org.pno.sys.Cpu;

/** memcached: one thread, nine GETs to a SET, by memcaslap of libmemcached, which compares each value. */
final class MemcachedWorkload implements Workload {
    static final int PORT = 11211;

    private static final Pattern TOTAL = Pattern.compile("Run time: ([0-9.]+)s Ops: ([0-9]+) ");
    private static final List<String> MUST_BE_ZERO = List.of("get_misses", "verify_misses", "verify_failed");

    @Override
    public String name() {
        return "memcached";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("memcached", "memcached", "memcaslap", "libmemcached-tools");
    }

    @Override
    public Service serve(final Bed bed, final Route route, final Shape shape) {
        return Service.of(
                bed.serve(route, name(), PORT, line(route)),
                () -> bed.isLean() ? Jobs.stored(bed, name(), route, PORT, shape) : client(bed, route, shape));
    }

    private static List<String> line(final Route route) {
        final List<String> own = List.of("-t", "1", "-m", "1024", "-c", "4096", "-U", "0");
        final List<String> place = List.of("-l", route.hostAddress(), "-p", Integer.toString(PORT));
        final List<String> user = Cpu.effectiveUserId() == 0 ? List.of("-u", "root") : List.of();
        return Stream.of(List.of("memcached"), own, place, user)
                .flatMap(List::stream)
                .toList();
    }

    private static PeerTool client(final Bed bed, final Route route, final Shape shape) {
        if (shape.pipeline() != 1) {
            throw new UserError("--pipeline: memcaslap knows none; the lean client does.");
        }
        return new PeerTool(
                bed,
                "memcaslap",
                seconds -> List.of(
                        "memcaslap",
                        "-s",
                        route.hostAddress() + ":" + PORT,
                        "-T",
                        "1",
                        "-c",
                        Integer.toString(shape.connections()),
                        "-t",
                        Math.max(1, Math.round(seconds)) + "s",
                        "-X",
                        Integer.toString(shape.payloadBytes()),
                        "-v",
                        "1.0"),
                MemcachedWorkload::parse,
                () -> {});
    }

    /** It tells no percentiles. */
    static ToolReport parse(final String output) {
        for (final String name : MUST_BE_ZERO) {
            if (!Pattern.compile("^" + name + ": 0$", Pattern.MULTILINE)
                    .matcher(output)
                    .find()) {
                throw new VoidRound("memcaslap saw wrong answers: " + output);
            }
        }
        final Matcher total = TOTAL.matcher(output);
        if (!total.find()) {
            throw new UserError("memcaslap did not tell what it measured: " + output);
        }
        return new ToolReport(
                Double.parseDouble(total.group(2)), Double.parseDouble(total.group(1)), Double.NaN, Double.NaN);
    }
}
