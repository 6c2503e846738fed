package org.pno.cli.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pno.cli.bench.Ways.Way;
import org.pno.cli.json.JsonReader;
import org.pno.cli.lab.Lab;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.load.LoadJob;
import org.pno.cli.machine.Cores;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.ToolReport;
import org.pno.cli.measure.VoidRound;

/** A load generator of ours in a lab: {@code pno load} on the peer's cores, at the port of a route. */
final class Generator {
    private static final Duration START = Duration.ofSeconds(60);
    /** Connections to one port of one server: more than one address' ephemeral ports may wait in TIME-WAIT. */
    private static final int ADDRESSES = 16;

    private final LabProcess process;
    private final Path control;

    private Generator(final LabProcess process, final Path control) {
        this.process = process;
        this.control = control;
    }

    static Generator start(final Lab lab, final Cores cores, final Way way) {
        final Path control = lab.directory().resolve("load-" + way.route().name() + ".sock");
        final List<String> line = new ArrayList<>(
                List.of(Path.of(System.getProperty("pno.home"), "pno").toString(), "load"));
        line.addAll(List.of("--port", way.clientPort(), "--control", control.toString()));
        final String peer = way.route().peerAddress();
        final int first = Integer.parseInt(peer.substring(peer.lastIndexOf('.') + 1));
        for (int i = 0; i < ADDRESSES; i++) {
            line.addAll(List.of("--ip", peer.substring(0, peer.lastIndexOf('.') + 1) + (first + i) + "/24"));
        }
        final LabProcess process =
                lab.start(way.clientSide(), "load-" + way.route().name(), cores.confine(Side.PEER, line));
        process.await("answer", START, () -> Files.exists(control));
        return new Generator(process, control);
    }

    LabProcess process() {
        return process;
    }

    /** Does a job; runs {@code onMeasuring} when answers begin to count, {@code onCounted} when they no longer do. */
    ToolReport run(final LoadJob job, final Runnable onMeasuring, final Runnable onCounted) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(control))) {
            channel.write(ByteBuffer.wrap((job + "\n").getBytes(StandardCharsets.UTF_8)));
            final BufferedReader answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            String line = answers.readLine();
            if ("measuring".equals(line)) {
                onMeasuring.run();
                line = answers.readLine();
            }
            if ("counted".equals(line)) {
                onCounted.run();
                line = answers.readLine();
            }
            if (line == null) {
                throw new UserError("the load generator ended: " + process.tail());
            }
            return parse(line);
        } catch (final IOException e) {
            throw new UserError("the load generator does not answer: " + e.getMessage() + ": " + process.tail(), e);
        }
    }

    static ToolReport parse(final String line) {
        final Map<?, ?> report = (Map<?, ?>) JsonReader.read(line);
        if (report.get("failure") != null) {
            throw new VoidRound("the load generator: " + report.get("failure"));
        }
        return new ToolReport(
                (Double) report.get("requests"),
                (Double) report.get("seconds"),
                micros(report.get("p50Micros")),
                micros(report.get("p99Micros")));
    }

    private static double micros(final Object value) {
        return value == null ? Double.NaN : (Double) value;
    }
}
