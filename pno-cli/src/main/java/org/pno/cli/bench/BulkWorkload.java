package org.pno.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pno.cli.json.JsonReader;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Shape;
import org.pno.cli.measure.ToolReport;
import org.pno.cli.measure.VoidRound;

/** iperf3, one way: what is counted as a request is a payload's worth of bytes that has arrived. */
final class BulkWorkload implements Workload {
    private static final int PORT = 5201;

    private final String name;
    private final boolean isReverse;

    private BulkWorkload(final String name, final boolean isReverse) {
        this.name = name;
        this.isReverse = isReverse;
    }

    /** To the host and from it. */
    static List<Workload> bothWays() {
        return List.of(new BulkWorkload("bulk-in", false), new BulkWorkload("bulk-out", true));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("iperf3", "iperf3");
    }

    @Override
    public int defaultPayloadBytes() {
        return 1 << 16;
    }

    @Override
    public int defaultConnections() {
        return 1;
    }

    @Override
    public boolean isRequestResponse() {
        return false;
    }

    @Override
    public Service serve(final Bed bed, final Route route, final Shape shape) {
        if (bed.isLean()) {
            throw new UserError("--client lean: there is no bulk by the load generator; iperf3 is the real client.");
        }
        final String port = Integer.toString(PORT);
        final List<String> line = List.of("iperf3", "-s", "-B", route.hostAddress(), "-p", port);
        return Service.of(
                bed.serve(route, name, PORT, line),
                () -> new PeerTool(
                        bed,
                        "iperf3",
                        seconds -> clientLine(route, shape, seconds),
                        output -> parse(output, shape.payloadBytes()),
                        () -> {}));
    }

    private List<String> clientLine(final Route route, final Shape shape, final double seconds) {
        final List<String> line = new ArrayList<>(List.of("iperf3", "-J", "-c", route.hostAddress()));
        line.addAll(List.of("-p", Integer.toString(PORT), "-t", Long.toString(Math.max(1, Math.round(seconds)))));
        line.addAll(List.of("-P", Integer.toString(shape.connections())));
        if (isReverse) {
            line.add("-R");
        }
        return line;
    }

    static ToolReport parse(final String output, final int payloadBytes) {
        final Map<?, ?> report = (Map<?, ?>) JsonReader.read(output.strip());
        if (report.get("error") != null) {
            throw new VoidRound("iperf3: " + report.get("error"));
        }
        if (!(report.get("end") instanceof final Map<?, ?> end
                && end.get("sum_received") instanceof final Map<?, ?> received)) {
            throw new UserError("iperf3 did not tell what it measured: " + output);
        }
        final double bytes = (Double) received.get("bytes");
        if (bytes == 0) {
            throw new VoidRound("iperf3 moved nothing");
        }
        return new ToolReport(bytes / payloadBytes, (Double) received.get("seconds"), Double.NaN, Double.NaN);
    }
}
