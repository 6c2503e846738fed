package org.pno.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.pno.cli.machine.UserError;
import org.pno.port.FaultSpec;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortException;
import org.pno.port.PortFactory;
import org.pno.port.Wire;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pno wire}: a bad wire between ports, in the foreground, until it is told to end by a signal. */
@Command(
        name = "wire",
        description = "Is a wire with faults between one far port and near ones, in the foreground.",
        footer = {
            "",
            "Each line that a client of the control socket sends is FAULTS of a new wire; the answer is 'ok' and what",
            "was lost so far, or 'error' and why.",
        })
final class WireCommand implements Runnable {
    private static final int FRAMES = 8192;

    @Option(names = "--far", required = true, paramLabel = "KIND:TARGET", description = "The port at the far end.")
    private String far;

    @Option(
            names = "--near",
            required = true,
            paramLabel = "KIND:TARGET",
            description = "A port at the near end; may be given again: then they share the wire.")
    private List<String> near;

    @Option(
            names = "--fault",
            paramLabel = "FAULTS",
            defaultValue = "seed=0",
            description = "Such as delay=5ms,rate=50mbit,queue=20ms,loss=1%%,seed=42; 'rx.' or 'tx.' before a name"
                    + " means what the far end sends or receives only.")
    private String faults;

    @Option(names = "--control", paramLabel = "PATH", description = "A socket by which the faults can be changed.")
    private Path control;

    @Override
    public void run() {
        try {
            final FramePool pool = new FramePool(FRAMES);
            final FaultSpec first = FaultSpec.parse(faults);
            final PacketPort farPort = PortFactory.openBare(far, pool);
            final List<PacketPort> nearPorts =
                    near.stream().map(port -> PortFactory.openBare(port, pool)).toList();
            try (Wire wire = new Wire(farPort, nearPorts, first, System::nanoTime)) {
                if (control != null) {
                    listen(wire);
                }
                wire.run();
            }
        } catch (final PortException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    private void listen(final Wire wire) {
        try {
            final ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(control));
            Thread.ofPlatform().daemon().name("wire-control").start(() -> serve(server, wire));
        } catch (final IOException e) {
            throw new UserError("cannot listen at " + control + ": " + e.getMessage(), e);
        }
    }

    /** One client after the other. A client that goes away in the middle harms nobody. */
    private static void serve(final ServerSocketChannel server, final Wire wire) {
        while (true) {
            try (SocketChannel client = server.accept()) {
                answer(client, wire);
            } catch (final IOException e) {
                if (!server.isOpen()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private static void answer(final SocketChannel client, final Wire wire) throws IOException {
        final BufferedReader lines =
                new BufferedReader(new InputStreamReader(Channels.newInputStream(client), StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (line != null) {
            client.write(ByteBuffer.wrap((apply(line, wire) + "\n").getBytes(StandardCharsets.UTF_8)));
            line = lines.readLine();
        }
    }

    private static String apply(final String faults, final Wire wire) {
        try {
            wire.replace(FaultSpec.parse(faults)).join();
            return "ok lost=%d reordered=%d queue-full=%d overflow=%d"
                    .formatted(
                            wire.counters().faultLost,
                            wire.counters().faultReordered,
                            wire.counters().faultQueueFull,
                            wire.counters().faultOverflow);
        } catch (final PortException e) {
            return "error " + e.getMessage();
        }
    }
}
