package org.pno.port.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pno.port.FrameHandler;
import org.pno.port.FramePool;
import org.pno.port.PortException;
import org.pno.port.Received;
import org.pno.port.TestFrames;
import org.pno.sys.Descriptors;
import org.pno.sys.EventFd;
import org.pno.sys.MemoryMapping;
import org.pno.sys.UnixAddress;
import org.pno.sys.UnixMessage;
import org.pno.sys.UnixSocket;

/** How two ring ports meet, part and meet again, and what they make of liars. */
class RingPortTest {
    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (final AutoCloseable port : open) {
            port.close();
        }
    }

    private RingPort open() {
        final RingPort port = new RingPort(path(), "ring:" + path(), new FramePool(16));
        open.add(port);
        return port;
    }

    private void close(final RingPort port) {
        open.remove(port);
        port.close();
    }

    private String path() {
        return directory.resolve("wire").toString();
    }

    static void join(final RingPort one, final RingPort two) {
        for (int i = 0; i < 10 && !(one.hasPeer() && two.hasPeer()); i++) {
            one.receive(new Received(one), 1);
            two.receive(new Received(two), 1);
        }
        assertTrue(one.hasPeer() && two.hasPeer(), "the ports must have met");
    }

    private static void send(final RingPort from, final RingPort to) {
        final byte[] frame = TestFrames.plain(1, 100, 7);
        from.transmit(TestFrames.put(from.pool(), frame), frame.length);
        from.flush();
        assertArrayEquals(frame, new Received(to).await(1).only());
    }

    @Test
    void shouldLetTheJoinerTakeOverWhenTheCreatorGoes() {
        final RingPort creator = open();
        final RingPort joiner = open();
        join(creator, joiner);

        close(creator);
        joiner.receive(new Received(joiner), 1);
        assertFalse(joiner.hasPeer());
        assertEquals(1, joiner.counters().peersLost);

        final RingPort next = open();
        join(joiner, next);
        send(joiner, next);
        send(next, joiner);
    }

    @Test
    void shouldLetAThirdWaitUntilOneOfTheTwoHasGone() {
        final RingPort creator = open();
        final RingPort joiner = open();
        final RingPort third = open();
        join(creator, joiner);
        third.receive(new Received(third), 1);
        assertFalse(third.hasPeer());
        send(creator, joiner);

        close(joiner);
        creator.receive(new Received(creator), 1);

        join(creator, third);
        send(third, creator);
    }

    @Test
    void shouldLoseWhatIsSentWithoutAPeer() {
        final RingPort port = open();
        port.transmit(TestFrames.put(port.pool(), new byte[60]), 60);
        port.flush();

        assertEquals(1, port.counters().txRefused);
        assertEquals(16, port.pool().available());
    }

    @Test
    void shouldTakeOverThePathOfADeadCreator() {
        final int dead = UnixSocket.open(UnixSocket.SEQPACKET);
        UnixSocket.bind(dead, UnixAddress.of(path()));
        UnixSocket.listen(dead, 1);
        Descriptors.close(dead);
        assertTrue(Files.exists(Path.of(path())));

        final RingPort creator = open();
        final RingPort joiner = open();
        join(creator, joiner);

        send(creator, joiner);
    }

    @Test
    void shouldRemoveThePathItListenedAt() {
        close(open());

        assertFalse(Files.exists(Path.of(path())));
    }

    @Test
    void shouldMeetAtAnAbstractName() {
        final String name = "@pno-ring-test-" + ProcessHandle.current().pid();
        final RingPort one = new RingPort(name, "ring:" + name, new FramePool(16));
        open.add(one);
        final RingPort two = new RingPort(name, "ring:" + name, new FramePool(16));
        open.add(two);

        join(one, two);

        send(one, two);
    }

    @Test
    void shouldRingTheBellOnlyOfASleeper() {
        final RingPort one = open();
        final RingPort two = open();
        join(one, two);
        final Received received = new Received(two);
        assertEquals(0, two.receive(received, 1));
        assertEquals(0, Descriptors.poll(two.pollDescriptor(), Descriptors.POLLIN, 0));

        one.transmit(TestFrames.put(one.pool(), new byte[60]), 60);
        one.flush();
        assertEquals(1, Descriptors.poll(two.pollDescriptor(), Descriptors.POLLIN, 0), "it slept");
        assertEquals(1, two.receive(received, 16));
        assertEquals(0, Descriptors.poll(two.pollDescriptor(), Descriptors.POLLIN, 0), "all is taken");
    }

    @Test
    void shouldSayWhatIsWrongWithThePath() {
        final String missing = directory.resolve("nowhere/wire").toString();
        final PortException e =
                assertThrows(PortException.class, () -> new RingPort(missing, "ring:" + missing, new FramePool(1)));
        assertTrue(e.getMessage().contains(missing), e.getMessage());
        assertTrue(e.getMessage().contains("a directory that exists"), e.getMessage());
    }

    /** A liar listens at the path and greets with what it likes. */
    private PortException joinLiar(final int length, final int version, final int capacity, final int... descriptors) {
        final int listener = UnixSocket.open(UnixSocket.SEQPACKET);
        UnixSocket.bind(listener, UnixAddress.of(path()));
        UnixSocket.listen(listener, 1);
        final RingPort port = open();
        final int connection = UnixSocket.accept(listener, 0);
        final MemorySegment greeting = Arena.ofAuto().allocate(64, 8);
        greeting.setString(0, "PNORINGS");
        greeting.set(java.lang.foreign.ValueLayout.JAVA_INT, 8, version);
        greeting.set(java.lang.foreign.ValueLayout.JAVA_INT, 12, capacity);
        new UnixMessage().send(connection, greeting, 0, length, descriptors);
        final FrameHandler nobody = (frame, bytes) -> {};
        try {
            return assertThrows(PortException.class, () -> port.receive(nobody, 1));
        } finally {
            Descriptors.close(connection);
            Descriptors.close(listener);
            for (final int descriptor : descriptors) {
                Descriptors.close(descriptor);
            }
        }
    }

    @Test
    void shouldRefuseAnotherVersion() {
        final PortException e = joinLiar(16, 2, RingPair.CAPACITY);

        assertTrue(e.getMessage().contains("version 1 but 2"), e.getMessage());
        assertTrue(e.getMessage().startsWith("ring:" + path()), e.getMessage());
    }

    @Test
    void shouldRefuseAGreetingThatIsNone() {
        final PortException e = joinLiar(5, 0, 0);
        assertTrue(e.getMessage().contains("no ring port"), e.getMessage());
    }

    @Test
    void shouldRefuseMemoryThatCanBeCutUnderIt() {
        final int memory = MemoryMapping.createMemfd("liar", 1 << 24);
        final PortException e = joinLiar(16, 1, RingPair.CAPACITY, memory, EventFd.create(), EventFd.create());
        assertTrue(e.getMessage().contains("sealed memory"), e.getMessage());
    }

    @Test
    void shouldRefuseMemoryThatIsTooSmall() {
        final int memory = MemoryMapping.createSealedMemfd("liar", 1 << 16);
        final PortException e = joinLiar(16, 1, RingPair.CAPACITY, memory, EventFd.create(), EventFd.create());
        assertTrue(e.getMessage().contains("sealed memory"), e.getMessage());
    }

    @Test
    void shouldRefuseAnImpossibleCapacity() {
        for (final int capacity : new int[] {0, -1, 12345, Integer.MIN_VALUE, 1 << 10}) {
            final int memory = MemoryMapping.createSealedMemfd("liar", 1 << 16);
            final PortException e = joinLiar(16, 1, capacity, memory, EventFd.create(), EventFd.create());
            assertTrue(e.getMessage().contains("capacity " + capacity), e.getMessage());
            close((RingPort) open.getLast());
            UnixSocket.unlink(UnixAddress.of(path()));
        }
    }
}
