package org.pno.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.pno.cli.machine.UserError;
import org.pno.link.CaptureRequest;
import org.pno.link.ControlClient;
import org.pno.link.HandshakeDescriptor;
import org.pno.port.pcap.CaptureReader;
import org.pno.port.pcap.PcapngWriter;
import org.pno.sys.Clocks;
import org.pno.wire.IpAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pno pcap}: shows or writes the frames of a running DPU, as tcpdump(8) does those of the kernel. */
@Command(
        name = "pcap",
        description = {
            "Captures frames of a running DPU, until Ctrl-C; users see their own connections, root sees all.",
            "Into Wireshark's tools: pno pcap -w - | tshark -r -",
        })
final class PcapCommand implements Runnable {
    private static final String STANDARD_OUTPUT = "-";
    private static final int STANDARD_OUTPUT_DESCRIPTOR = 1;
    private static final long PATIENCE_SECONDS = 5;

    @Mixin
    private SocketOption socket;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "-w",
            paramLabel = "FILE",
            description = "Write pcapng to a file, '-' for standard output; without this a line is shown per frame.")
    private String file;

    @Option(
            names = "--connection",
            paramLabel = "ADDR:PORT[-ADDR:PORT]",
            description = "Only this connection, or all of this end; IPv6 in brackets; may be given again.")
    private List<String> connections = List.of();

    @Option(names = "--port", paramLabel = "N", description = "Only frames with this port at either end.")
    private String port;

    @Option(names = "--host", paramLabel = "ADDR", description = "Only frames with this address at either end.")
    private String host;

    @Option(names = "--count", paramLabel = "N", description = "End after so many frames.")
    private long count = Long.MAX_VALUE;

    @Option(names = "--snaplen", paramLabel = "BYTES", description = "Keep no more of each frame; default: all.")
    private int snapBytes = Integer.MAX_VALUE;

    @Override
    public void run() {
        final CaptureRequest request = request();
        final CountDownLatch ended = new CountDownLatch(1);
        try (ControlClient dpu = ControlClient.connect(socket.path(), HandshakeDescriptor.KIND_TOOL);
                CaptureSession session = new CaptureSession(dpu, request)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(session, ended), "pcap-stop"));
            session.endWith(STANDARD_OUTPUT_DESCRIPTOR);
            final PrintWriter err = spec.commandLine().getErr();
            err.println("capturing on " + session.reader().portName());
            err.flush();
            if (file == null) {
                show(session);
            } else {
                write(session);
            }
            tell(session);
        } catch (final IOException | UncheckedIOException e) {
            throw new UserError(e.getMessage(), e);
        } finally {
            ended.countDown();
        }
    }

    /** Ctrl-C: what was captured is written, then the process ends. */
    private static void end(final CaptureSession session, final CountDownLatch ended) {
        session.stop();
        try {
            ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private CaptureRequest request() {
        Arguments.positive("--count", (double) count);
        Arguments.positive("--snaplen", snapBytes);
        if (connections.size() > HandshakeDescriptor.CAPTURE_MAX_CONNECTIONS) {
            throw new UserError(connections.size() + " times --connection; the most is "
                    + HandshakeDescriptor.CAPTURE_MAX_CONNECTIONS + ".");
        }
        try {
            final IpAddress address = host == null ? IpAddress.ANY : IpAddress.parse(host);
            return new CaptureRequest(
                    snapBytes,
                    address.hi(),
                    address.lo(),
                    port == null ? 0 : ConnectionEnds.parsePort(port),
                    connections.stream().map(ConnectionEnds::parse).toList());
        } catch (final IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    private void show(final CaptureSession session) {
        final PrintWriter out = spec.commandLine().getOut();
        final PacketLine line = new PacketLine();
        session.run(count, new CaptureSession.Sink() {
            @Override
            public void take(final CaptureReader reader) {
                out.println(line.of(reader));
            }

            @Override
            public boolean flush() {
                return !out.checkError();
            }
        });
    }

    private void write(final CaptureSession session) throws IOException {
        try (PcapngWriter writer = open()) {
            final CaptureReader reader = session.reader();
            final int number = writer.addInterface(reader.portName(), reader.snapBytes());
            writer.flush();
            session.run(count, new WriterSink(writer, number));
            writer.statistics(number, Clocks.realtimeNs(), reader.accepted(), reader.dropped(), session.delivered());
        } catch (final UncheckedIOException e) {
            if (!file.equals(STANDARD_OUTPUT)) {
                throw e;
            }
            // Who read the pipe has seen enough.
        }
    }

    private PcapngWriter open() throws IOException {
        return file.equals(STANDARD_OUTPUT)
                ? new PcapngWriter(new FileOutputStream(FileDescriptor.out).getChannel())
                : new PcapngWriter(Path.of(file));
    }

    private record WriterSink(PcapngWriter writer, int number) implements CaptureSession.Sink {
        @Override
        public void take(final CaptureReader reader) {
            writer.write(
                    number,
                    reader.timeNs(),
                    reader.memory(),
                    reader.frame(),
                    reader.length(),
                    reader.originalLength(),
                    reader.direction());
        }

        @Override
        public boolean flush() {
            writer.flush();
            return true;
        }
    }

    private void tell(final CaptureSession session) {
        final PrintWriter err = spec.commandLine().getErr();
        err.println(session.delivered() + " packets captured");
        err.println(session.reader().accepted() + " packets accepted by the filter");
        err.println(session.reader().dropped() + " packets dropped by capture");
        err.flush();
    }
}
