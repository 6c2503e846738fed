package org.pno.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pno.sys.Descriptors;
import org.pno.wire.MacAddress;

/** What every packet port must do. A port that passes is one; the far end of its wire is a port too. */
public abstract class PortContractTest {
    protected static final int FRAMES = 64;
    private static final int LIMIT = 16;

    protected final FramePool pool = new FramePool(FRAMES);
    protected final FramePool farPool = new FramePool(FRAMES);
    protected PacketPort port;
    protected PacketPort far;

    /** Opens the port under test. */
    protected abstract PacketPort open(FramePool pool);

    /** Opens the other end of its wire; the port is open. */
    protected abstract PacketPort openFar(FramePool pool);

    /** Does what it takes until frames can pass. */
    protected void join() {}

    @BeforeEach
    void openBoth() {
        port = open(pool);
        far = openFar(farPool);
        join();
    }

    @AfterEach
    void closeBoth() {
        port.close();
        far.close();
        assertEquals(FRAMES, pool.available(), "frames must all be back in the pool");
        assertEquals(FRAMES, farPool.available(), "frames must all be back in the far pool");
    }

    private static void send(final PacketPort from, final byte[] bytes) {
        from.transmit(TestFrames.put(from.pool(), bytes), bytes.length);
    }

    private byte[] toFar(final int length, final long seed) {
        return TestFrames.plain(far.macAddress(), length, seed);
    }

    private byte[] toPort(final int length, final long seed) {
        return TestFrames.plain(port.macAddress(), length, seed);
    }

    @Test
    void shouldSendFramesUnchanged() {
        for (final int length : new int[] {60, 61, 590, 1514}) {
            final byte[] frame = toFar(length, length);
            send(port, frame);
            port.flush();
            assertArrayEquals(frame, new Received(far).await(1).only());
        }
    }

    @Test
    void shouldReceiveFramesUnchanged() {
        for (final int length : new int[] {60, 61, 590, 1514}) {
            final byte[] frame = toPort(length, length);
            send(far, frame);
            far.flush();
            assertArrayEquals(frame, new Received(port).await(1).only());
        }
    }

    @Test
    void shouldReceiveBroadcasts() {
        final byte[] frame = TestFrames.plain(MacAddress.BROADCAST, 60, 1);
        send(far, frame);
        far.flush();
        assertArrayEquals(frame, new Received(port).await(1).only());
    }

    @Test
    void shouldKeepOrderIfItSaysSo() {
        final List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            sent.add(toFar(100 + i, i));
            send(port, sent.get(i));
        }
        port.flush();
        final Received received = new Received(far).await(8);
        if ((port.capabilities() & PacketPort.IN_ORDER) != 0) {
            for (int i = 0; i < 8; i++) {
                assertArrayEquals(sent.get(i), received.frames.get(i), "frame " + i);
            }
        }
        assertEquals(8, received.frames.size());
    }

    @Test
    void shouldNotWaitWhereNothingIs() {
        final Received received = new Received(port);
        assertEquals(0, port.receive(received, LIMIT));
        assertEquals(0, Descriptors.poll(port.pollDescriptor(), Descriptors.POLLIN, 0));
    }

    @Test
    void shouldPollReadableWhileFramesWait() {
        for (int i = 0; i < 3; i++) {
            send(far, toPort(60, i));
        }
        far.flush();
        final Received received = new Received(port).await(1);
        while (received.frames.size() < 3) {
            assertNotEquals(0, Descriptors.poll(port.pollDescriptor(), Descriptors.POLLIN, 10_000));
            port.receive(received, 1);
        }
        port.receive(received, 1);
        assertEquals(0, Descriptors.poll(port.pollDescriptor(), Descriptors.POLLIN, 0));
        assertEquals(3, received.frames.size());
    }

    @Test
    void shouldHandOverNoMoreThanTheLimit() {
        for (int i = 0; i < 5; i++) {
            send(far, toPort(60, i));
        }
        far.flush();
        assertNotEquals(0, Descriptors.poll(port.pollDescriptor(), Descriptors.POLLIN, 10_000));
        final Received received = new Received(port);
        while (received.frames.size() < 5) {
            final int before = received.frames.size();
            final int handed = port.receive(received, 2);
            assertTrue(handed <= 2, () -> handed + " frames with limit 2");
            assertEquals(before + handed, received.frames.size());
        }
    }

    @Test
    void shouldReceiveNothingWithoutAFreeFrame() {
        send(far, toPort(60, 1));
        far.flush();
        assertNotEquals(0, Descriptors.poll(port.pollDescriptor(), Descriptors.POLLIN, 10_000));
        final long[] taken = new long[FRAMES];
        for (int i = 0; i < FRAMES; i++) {
            taken[i] = pool.allocate();
        }
        final Received received = new Received(port);

        assertEquals(0, port.receive(received, LIMIT));

        assertTrue(port.counters().rxNoFrame > 0);
        for (final long frame : taken) {
            pool.release(frame);
        }
        received.await(1); // the frame has waited
    }

    @Test
    void shouldNotReceiveWhatItSent() {
        send(port, TestFrames.plain(MacAddress.BROADCAST, 60, 1));
        port.flush();
        new Received(far).await(1);

        assertEquals(0, port.receive(new Received(port), LIMIT));
    }

    @Test
    void shouldCountFramesAndBytes() {
        send(port, toFar(100, 1));
        send(port, toFar(60, 2));
        port.flush();
        new Received(far).await(2);
        send(far, toPort(70, 3));
        far.flush();
        new Received(port).await(1);

        assertEquals(2, port.counters().txFrames);
        assertEquals(160, port.counters().txBytes);
        assertEquals(1, port.counters().rxFrames);
        assertEquals(70, port.counters().rxBytes);
    }

    @Test
    void shouldCompleteAChecksumThatIsLeft() {
        final PacketPort complete = SoftwareOffload.complete(port);
        final byte[] whole = TestFrames.tcp(far.macAddress(), 1, TestFrames.ACK, TestFrames.randomBytes(333, 1));
        final byte[] left = whole.clone();
        TestFrames.leaveChecksum(left);
        final long frame = TestFrames.put(pool, left);
        TestFrames.markChecksum(pool, frame);
        complete.transmit(frame, left.length);
        complete.flush();

        final Received received = new Received(SoftwareOffload.complete(far)).await(1);

        final boolean stillLeft = (received.marks.get(0) & 1) != 0;
        assertArrayEquals(stillLeft ? left : whole, received.only());
        assertNotEquals(0, received.marks.get(0), "the far end must know that the checksum needs no look");
    }

    @Test
    void shouldSendASuperSegment() {
        carrySuperSegment(port, far);
    }

    @Test
    void shouldReceiveASuperSegment() {
        carrySuperSegment(far, port);
    }

    /** Whole or in segments, as the ports can: with what they lack done in software, the bytes arrive. */
    private static void carrySuperSegment(final PacketPort from, final PacketPort to) {
        final byte[] payload = TestFrames.randomBytes(40_000, 1);
        final int flags = TestFrames.ACK | TestFrames.PSH;
        final byte[] whole = TestFrames.tcp(to.macAddress(), -10_000, flags, payload);
        TestFrames.leaveChecksum(whole);
        final long frame = TestFrames.put(from.pool(), whole);
        TestFrames.markSegmented(from.pool(), frame, 1448);
        final PacketPort complete = SoftwareOffload.complete(from);
        complete.transmit(frame, whole.length);
        complete.flush();

        final Received received = new Received(SoftwareOffload.complete(to), from);
        final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        for (int i = 0; arrived.size() < payload.length; i++) {
            received.await(i + 1);
            final byte[] segment = received.frames.get(i);
            assertEquals(-10_000 + arrived.size(), TestFrames.seq(segment), "segments in order, none missing");
            assertTrue(TestFrames.ipChecksumHolds(segment));
            assertNotEquals(0, received.marks.get(i), "a checksum that needs no look");
            arrived.writeBytes(TestFrames.payload(segment));
        }
        assertArrayEquals(payload, arrived.toByteArray());
    }

    @Test
    void shouldNeverCallAWrongChecksumGood() {
        final byte[] wrong = TestFrames.tcp(port.macAddress(), 1, TestFrames.ACK, TestFrames.randomBytes(50, 1));
        wrong[wrong.length - 1] ^= 4;
        send(far, wrong);
        send(far, TestFrames.plain(port.macAddress(), 60, 1)); // so that there is something to wait for
        far.flush();

        final Received received = new Received(SoftwareOffload.complete(port));
        do {
            received.await(received.frames.size() + 1);
        } while (received.frames.getLast().length != 60);

        for (int i = 0; i < received.frames.size() - 1; i++) {
            assertEquals(0, received.marks.get(i), "marks of a frame whose checksum is wrong");
        }
    }

    @Test
    void shouldHaveAnAddressOfItsOwn() {
        assertTrue(MacAddress.isUnicast(port.macAddress()), MacAddress.format(port.macAddress()));
        assertNotEquals(far.macAddress(), port.macAddress());
        assertEquals(1500, port.mtuBytes());
        assertFalse(port.name().isEmpty());
    }

    @Test
    void shouldGoOnWithNobodyAtTheOtherEnd() {
        far.close();
        for (int i = 0; i < 3 * FRAMES; i++) {
            send(port, toFar(60, i));
            port.flush();
            port.receive(new Received(port), LIMIT);
        }
        far = openFar(farPool);
        join();

        send(port, toFar(60, 1));
        port.flush();
        send(far, toPort(60, 1));
        far.flush();
        new Received(far).await(1);
        new Received(port).await(1);
    }

    @Test
    void shouldOpenAgainAfterClosing() {
        port.close();
        far.close();
        port = open(pool);
        far = openFar(farPool);
        join();

        send(port, toFar(60, 1));
        port.flush();
        new Received(far).await(1);
    }
}
