package org.pno.dpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pno.dpu.DaemonFixture.Host;
import org.pno.dpu.DaemonFixture.Running;
import org.pno.link.CaptureGrant;
import org.pno.link.CaptureRequest;
import org.pno.link.ControlClient;
import org.pno.link.ControlException;
import org.pno.link.HandshakeDescriptor;
import org.pno.link.SealedMemory;
import org.pno.port.pcap.CaptureDescriptor;
import org.pno.port.pcap.CaptureReader;
import org.pno.port.pcap.FrameEnds;
import org.pno.port.pcap.PcapngWriter.Direction;
import org.pno.sim.HostListener;
import org.pno.sim.HostSocket;
import org.pno.sys.Descriptors;
import org.pno.sys.MemoryMapping;
import org.pno.wire.IpAddress;

/** Captures over the control socket of a running DPU, unprivileged. */
class DaemonCaptureTest {
    private static final IpAddress LEFT = IpAddress.parse("10.77.0.1");

    @TempDir
    Path directory;

    /** A capture, as a tool has it. */
    private static final class Tool implements AutoCloseable {
        private final ControlClient client;
        private final CaptureGrant grant;
        private final MemoryMapping memory;
        final CaptureReader reader;

        Tool(final Running dpu, final CaptureRequest request) throws IOException {
            client = ControlClient.connect(dpu.socketPath(), HandshakeDescriptor.KIND_TOOL);
            grant = capture(client, request);
            memory = SealedMemory.map(grant.ring(), CaptureDescriptor.ringBytes(grant.capacity()));
            reader = new CaptureReader(memory.memory());
        }

        private static CaptureGrant capture(final ControlClient client, final CaptureRequest request)
                throws IOException {
            try {
                return client.capture(request);
            } catch (final IOException e) {
                client.close();
                throw e;
            }
        }

        /** Waits for frames as a tool does: asleep until the bell rings. */
        void next() {
            while (!reader.next()) {
                if (reader.arm()) {
                    assertEquals(Descriptors.POLLIN, Descriptors.poll(grant.bell(), Descriptors.POLLIN, 20_000));
                }
                reader.disarm();
            }
        }

        @Override
        public void close() {
            client.close();
            memory.close();
            Descriptors.close(grant.ring());
            Descriptors.close(grant.bell());
        }
    }

    private static void exchange(final DaemonFixture fixture, final int connections) throws IOException {
        final Host server = fixture.host(fixture.dpu);
        final Host client = fixture.host(fixture.peer);
        final HostListener listener = new HostListener(server.host, server.channel);
        final int port = server.listen(listener);
        listener.postCredits(connections);
        for (int i = 0; i < connections; i++) {
            final HostSocket near = client.host.takeRecord(client.channel);
            near.connect(0, 0, 0, LEFT.hi(), LEFT.lo(), port);
            DaemonFixture.await(near::isRequestDone);
            assertEquals(0, near.requestError());
            near.send(new byte[] {1, 2, 3}, 0, 3);
        }
    }

    @Test
    void shouldShowFramesBothWays() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory);
                Tool tool = new Tool(fixture.dpu, CaptureRequest.everything())) {
            exchange(fixture, 1);
            final Set<Direction> seen = EnumSet.noneOf(Direction.class);
            while (seen.size() < 2) {
                tool.next();
                assertEquals(tool.reader.originalLength(), tool.reader.length());
                seen.add(tool.reader.direction());
            }
            assertTrue(tool.reader.portName().startsWith("socket:"), tool.reader.portName());
            assertEquals(0, tool.reader.dropped());
        }
    }

    @Test
    void shouldFilterBeforeItCopies() throws IOException {
        final CaptureRequest http = new CaptureRequest(100, 0, 0, 80, List.of());
        final CaptureRequest left = new CaptureRequest(60, LEFT.hi(), LEFT.lo(), 0, List.of());
        try (DaemonFixture fixture = new DaemonFixture(directory);
                Tool none = new Tool(fixture.dpu, http);
                Tool some = new Tool(fixture.dpu, left)) {
            exchange(fixture, 1);
            boolean isTcp = false;
            while (!isTcp) {
                some.next();
                assertTrue(some.reader.length() <= 60);
                isTcp = new FrameEnds()
                        .read(some.reader.memory(), some.reader.frame(), some.reader.originalLength())
                        .isTcp();
            }
            assertEquals(0, none.reader.accepted());
        }
    }

    @Test
    void shouldGiveAUserSoManyAndTakeThemBack() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final List<Tool> tools = new ArrayList<>();
            for (int i = 0; i < Captures.MOST_OF_A_USER; i++) {
                tools.add(new Tool(fixture.dpu, CaptureRequest.everything()));
            }
            final ControlException refused =
                    assertThrows(ControlException.class, () -> new Tool(fixture.dpu, CaptureRequest.everything()));
            assertTrue(refused.getMessage().contains("4 captures run"), refused.getMessage());
            tools.forEach(Tool::close);
            DaemonFixture.await(() -> canCapture(fixture.dpu));
        }
    }

    private static boolean canCapture(final Running dpu) {
        try (Tool tool = new Tool(dpu, CaptureRequest.everything())) {
            return tool.reader.accepted() >= 0;
        } catch (final ControlException e) {
            return false;
        } catch (final IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldRefuseWhatCannotBe() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final CaptureRequest nothing = new CaptureRequest(0, 0, 0, 0, List.of());
            final CaptureRequest noPort = new CaptureRequest(1, 0, 0, 65_536, List.of());
            assertThrows(ControlException.class, () -> new Tool(fixture.dpu, nothing));
            assertThrows(ControlException.class, () -> new Tool(fixture.dpu, noPort));
        }
    }

    @Test
    void shouldGoOnWithAReaderThatNeverReads() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory);
                Tool tool = new Tool(fixture.dpu, CaptureRequest.everything())) {
            final Host server = fixture.host(fixture.dpu);
            final Host client = fixture.host(fixture.peer);
            final HostListener listener = new HostListener(server.host, server.channel);
            final int port = server.listen(listener);
            listener.postCredits(1);
            final HostSocket near = client.host.takeRecord(client.channel);
            near.connect(0, 0, 0, LEFT.hi(), LEFT.lo(), port);
            final HostSocket[] far = new HostSocket[1];
            DaemonFixture.await(() -> (far[0] = far[0] == null ? listener.accept() : far[0]) != null);
            final byte[] piece = new byte[1 << 16];
            DaemonFixture.await(() -> {
                near.send(piece, 0, piece.length);
                far[0].receive(Integer.MAX_VALUE);
                client.channel.poll();
                server.channel.poll();
                return tool.reader.dropped() > 0;
            });
            assertTrue(tool.reader.accepted() > tool.reader.dropped());
        }
    }

    @Test
    void shouldWriteAFileFromTheStart() throws IOException {
        final Path file = directory.resolve("all.pcapng");
        final Path place = Files.createDirectory(directory.resolve("filed"));
        try (Running filed = new Running(
                DaemonFixture.small(place, "third", "nobody", "10.77.0.3/24").captureFile(file.toString()))) {
            assertTrue(filed.isRunning());
        }
        final ByteBuffer blocks = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int last = -1;
        for (int at = 0; at < blocks.limit(); at += blocks.getInt(at + 4)) {
            last = blocks.getInt(at);
        }
        assertEquals(5, last, "the file ends with the interface's statistics");
    }
}
