package org.pno.sys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketTest {
    @TempDir
    Path directory;

    private final List<Integer> open = new ArrayList<>();
    private final MemorySegment memory = Arena.ofAuto().allocate(256);

    @AfterEach
    void closeAll() {
        open.forEach(Descriptors::close);
    }

    private int keep(final int descriptor) {
        assertTrue(descriptor >= 0, () -> "descriptor " + Errno.describe(-descriptor));
        open.add(descriptor);
        return descriptor;
    }

    private int write(final String text) {
        final byte[] bytes = text.getBytes(UTF_8);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return bytes.length;
    }

    private String text(final int length) {
        return new String(memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), UTF_8);
    }

    @Test
    void shouldPassDescriptorsWithAMessage() {
        final int[] pair = UnixSocket.pair(UnixSocket.SEQPACKET);
        keep(pair[0]);
        keep(pair[1]);
        final int bell = keep(EventFd.create());
        final UnixMessage message = new UnixMessage();
        assertEquals(5, message.send(pair[0], memory, 0, write("hello"), bell, bell));

        final UnixMessage received = new UnixMessage();
        final int length = received.receive(pair[1], memory, 0, 256);

        assertEquals("hello", text(length));
        assertEquals(2, received.descriptorCount());
        EventFd.signal(keep(received.descriptor(0)));
        keep(received.descriptor(1));
        assertEquals(1, EventFd.drain(bell), "the received descriptor must be the same eventfd");
    }

    @Test
    void shouldReceiveMessagesWithoutDescriptorsAndTheEnd() {
        final int[] pair = UnixSocket.pair(UnixSocket.SEQPACKET);
        keep(pair[1]);
        final UnixMessage message = new UnixMessage();
        message.send(pair[0], memory, 0, write("plain"));
        Descriptors.close(pair[0]);

        assertEquals(5, message.receive(pair[1], memory, 0, 256));
        assertEquals(0, message.descriptorCount());
        assertFalse(message.isTruncated());
        assertEquals(0, message.receive(pair[1], memory, 0, 256));
    }

    @Test
    void shouldTellATruncatedMessage() {
        final int[] pair = UnixSocket.pair(UnixSocket.SEQPACKET);
        keep(pair[0]);
        keep(pair[1]);
        final UnixMessage message = new UnixMessage();
        message.send(pair[0], memory, 0, write("0123456789"));

        assertEquals(4, message.receive(pair[1], memory, 0, 4));
        assertTrue(message.isTruncated());
    }

    @Test
    void shouldCloseTheDescriptorsOfARefusedMessage() {
        final int[] pair = UnixSocket.pair(UnixSocket.SEQPACKET);
        keep(pair[0]);
        keep(pair[1]);
        final int[] passed = UnixSocket.pair(UnixSocket.SEQPACKET);
        keep(passed[1]);
        final UnixMessage message = new UnixMessage();
        message.send(pair[0], memory, 0, write("x"), passed[0]);
        Descriptors.close(passed[0]);
        message.receive(pair[1], memory, 0, 256);

        message.closeDescriptors();

        assertEquals(0, UnixSocket.receive(passed[1], memory, 0, 256), "the last copy is closed: end of connection");
    }

    @Test
    void shouldConnectAcceptAndKnowThePeer() {
        final UnixAddress address = UnixAddress.of(directory.resolve("control").toString());
        final int listener = keep(UnixSocket.open(UnixSocket.SEQPACKET | UnixSocket.NONBLOCK));
        UnixSocket.bind(listener, address);
        UnixSocket.listen(listener, 8);
        assertEquals(-Errno.EAGAIN, UnixSocket.accept(listener, 0));

        final int client = keep(UnixSocket.open(UnixSocket.SEQPACKET));
        assertEquals(0, UnixSocket.connect(client, address));
        final int server = keep(UnixSocket.accept(listener, UnixSocket.NONBLOCK));

        final PeerCredentials credentials = UnixSocket.peerCredentials(server);
        assertEquals(new PeerCredentials(Cpu.processId(), Cpu.userId(), credentials.gid()), credentials);
        final int peer = keep(PidFd.ofPeer(server));
        assertFalse(PidFd.hasExited(peer));
    }

    @Test
    void shouldAnswerErrnoWhereNobodyListens() {
        final int client = keep(UnixSocket.open(UnixSocket.SEQPACKET));
        final UnixAddress missing = UnixAddress.of(directory.resolve("missing").toString());

        assertEquals(-Errno.ENOENT, UnixSocket.connect(client, missing));
    }

    @Test
    void shouldSendAndReceiveDatagramsWithTheirSender() {
        final UnixAddress here = UnixAddress.of(directory.resolve("a").toString());
        final UnixAddress there = UnixAddress.of("@pno-test-" + Cpu.processId());
        final int a = keep(UnixSocket.open(UnixSocket.DATAGRAM));
        final int b = keep(UnixSocket.open(UnixSocket.DATAGRAM));
        UnixSocket.bind(a, here);
        UnixSocket.bind(b, there);

        assertEquals(4, UnixSocket.sendTo(b, memory, 0, write("ping"), here));
        final UnixAddress from = new UnixAddress();
        assertEquals(4, UnixSocket.receiveFrom(a, memory, 0, 256, from));
        assertTrue(from.matches(there));
        assertEquals(there.path(), from.path());

        assertEquals(4, UnixSocket.sendTo(a, memory, 0, write("pong"), from));
        assertEquals(4, UnixSocket.receiveFrom(b, memory, 0, 256, from));
        assertEquals(here.path(), from.path());
    }

    @Test
    void shouldTellAnUnboundSenderAndATruncatedDatagram() {
        final UnixAddress here = UnixAddress.of(directory.resolve("a").toString());
        final int a = keep(UnixSocket.open(UnixSocket.DATAGRAM));
        final int b = keep(UnixSocket.open(UnixSocket.DATAGRAM));
        UnixSocket.bind(a, here);
        UnixSocket.sendTo(b, memory, 0, write("0123456789"), here);

        final UnixAddress from = UnixAddress.of("@before");
        assertEquals(10, UnixSocket.receiveFrom(a, memory, 0, 4, from));
        assertFalse(from.isPresent());
    }

    @Test
    void shouldRemoveTheFileOfABoundSocket() {
        final Path path = directory.resolve("a");
        final UnixAddress address = UnixAddress.of(path.toString());
        UnixSocket.bind(keep(UnixSocket.open(UnixSocket.DATAGRAM)), address);
        assertTrue(Files.exists(path));

        UnixSocket.unlink(address);

        assertFalse(Files.exists(path));
    }

    @Test
    void shouldNameThePathThatIsTaken() {
        final UnixAddress address = UnixAddress.of(directory.resolve("a").toString());
        UnixSocket.bind(keep(UnixSocket.open(UnixSocket.DATAGRAM)), address);
        final int second = keep(UnixSocket.open(UnixSocket.DATAGRAM));

        final SystemCallException e = assertThrows(SystemCallException.class, () -> UnixSocket.bind(second, address));

        assertEquals(Errno.EADDRINUSE, e.errno());
        assertEquals("bind(" + address.path() + "): EADDRINUSE (Address already in use)", e.getMessage());
    }

    @Test
    void shouldRefuseAPathThatDoesNotFit() {
        final IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> UnixAddress.of("/" + "x".repeat(107)));

        assertTrue(e.getMessage().contains("108"), e.getMessage());
    }
}
