package org.pno.port.socket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortException;
import org.pno.port.PortFactory;
import org.pno.port.Received;
import org.pno.port.TestFrames;
import org.pno.sys.Descriptors;
import org.pno.sys.UnixAddress;
import org.pno.sys.UnixSocket;

/** The port against a plain UNIX socket, as any tool would be one. */
class DatagramPortTest {
    @TempDir
    Path directory;

    private final FramePool pool = new FramePool(256);
    private final MemorySegment memory = Arena.ofAuto().allocate(1 << 17);
    private Path path;
    private PacketPort port;
    private int tool;

    @BeforeEach
    void open() {
        path = directory.resolve("wire");
        port = PortFactory.openBare("socket:" + path, pool);
        tool = UnixSocket.open(UnixSocket.DATAGRAM);
    }

    @AfterEach
    void close() {
        port.close();
        Descriptors.close(tool);
        assertEquals(256, pool.available());
    }

    private void toolSends(final byte[] bytes) {
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        assertEquals(bytes.length, UnixSocket.sendTo(tool, memory, 0, bytes.length, UnixAddress.of(path.toString())));
    }

    private byte[] toolReceives() {
        final int length = UnixSocket.receive(tool, memory, 0, 1 << 17);
        assertTrue(length >= 0, () -> "nothing came: " + length);
        return memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private void portSends(final byte[] bytes) {
        port.transmit(TestFrames.put(pool, bytes), bytes.length);
        port.flush();
    }

    @Test
    void shouldSendToThePeerPathBeforeAnybodySpoke() {
        UnixSocket.bind(tool, UnixAddress.of(path + ".peer"));
        final byte[] frame = TestFrames.plain(1, 99, 1);

        portSends(frame);

        assertArrayEquals(frame, toolReceives());
    }

    @Test
    void shouldAnswerWhoeverSpoke() {
        UnixSocket.bind(tool, UnixAddress.of(directory.resolve("tool").toString()));
        toolSends(TestFrames.plain(1, 60, 1));
        new Received(port).await(1);
        final byte[] frame = TestFrames.plain(1, 99, 2);

        portSends(frame);

        assertArrayEquals(frame, toolReceives());
    }

    @Test
    void shouldTakeFramesOfAnUnboundSender() {
        final byte[] frame = TestFrames.plain(1, 60, 1);
        toolSends(frame);

        assertArrayEquals(frame, new Received(port).await(1).only());
    }

    @Test
    void shouldForgetAPeerThatHasGone() {
        final UnixAddress gone = UnixAddress.of(directory.resolve("gone").toString());
        UnixSocket.bind(tool, gone);
        toolSends(TestFrames.plain(1, 60, 1));
        new Received(port).await(1);
        Descriptors.close(tool);
        portSends(TestFrames.plain(1, 60, 2));
        assertEquals(1, port.counters().txRefused);

        tool = UnixSocket.open(UnixSocket.DATAGRAM);
        UnixSocket.bind(tool, UnixAddress.of(path + ".peer"));
        portSends(TestFrames.plain(1, 61, 3));

        assertEquals(61, toolReceives().length);
    }

    @Test
    void shouldDropAndCountWhatIsLongerThanAFrame() {
        toolSends(new byte[FramePool.MAX_FRAME_BYTES + 1]);
        toolSends(TestFrames.plain(1, 60, 1));

        assertEquals(60, new Received(port).await(1).only().length);
        assertEquals(1, port.counters().rxTooLong);
    }

    @Test
    void shouldLetFramesWaitForAFullPeerAndDropTheRest() {
        UnixSocket.bind(tool, UnixAddress.of(path + ".peer"));
        for (int i = 0; i < 200; i++) {
            portSends(TestFrames.plain(1, 60 + i, i));
        }
        final long queued = port.counters().txFrames;
        assertNotEquals(0, port.counters().txRefused);
        assertEquals(200, queued + DatagramPort.OUTBOX_FRAMES + port.counters().txRefused);

        for (int i = 0; i < queued + DatagramPort.OUTBOX_FRAMES; i++) {
            assertEquals(60 + i, toolReceives().length, "in order, across the wait");
            port.flush();
        }
    }

    @Test
    void shouldTakeOverTheSocketOfADeadProcess() throws Exception {
        port.close();
        final UnixAddress address = UnixAddress.of(path.toString());
        UnixSocket.bind(tool, address);
        Descriptors.close(tool);
        tool = UnixSocket.open(UnixSocket.DATAGRAM);
        assertTrue(Files.exists(path), "a closed socket leaves its file");

        port = PortFactory.openBare("socket:" + path, pool);

        toolSends(TestFrames.plain(1, 60, 1));
        new Received(port).await(1);
    }

    @Test
    void shouldNotTakeASocketFromTheLiving() {
        final PortException e = assertThrows(PortException.class, () -> PortFactory.openBare("socket:" + path, pool));

        assertTrue(e.getMessage().contains("socket:" + path), e.getMessage());
        assertTrue(e.getMessage().contains("another process"), e.getMessage());
        toolSends(TestFrames.plain(1, 60, 1));
        new Received(port).await(1);
    }

    @Test
    void shouldRemoveItsSocket() {
        port.close();
        assertFalse(Files.exists(path));
        port = PortFactory.openBare("socket:" + path, pool);
    }

    @Test
    void shouldSayWhichPathIsTooLong() {
        final String tooLong = "socket:/tmp/" + "x".repeat(120);
        final PortException e = assertThrows(PortException.class, () -> PortFactory.openBare(tooLong, pool));

        assertTrue(e.getMessage().startsWith(tooLong), e.getMessage());
        assertTrue(e.getMessage().contains("107"), e.getMessage());
    }

    @Test
    void shouldSayThatTheDirectoryIsMissing() {
        final PortException e =
                assertThrows(PortException.class, () -> PortFactory.openBare("socket:/nowhere/wire", pool));

        assertTrue(e.getMessage().contains("ENOENT"), e.getMessage());
        assertTrue(e.getMessage().contains("a directory that exists"), e.getMessage());
    }
}
