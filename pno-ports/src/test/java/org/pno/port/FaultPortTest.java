package org.pno.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pno.sys.Descriptors;
import org.pno.sys.EventFd;
import org.pno.time.ManualClock;

class FaultPortTest {
    private static final long MAC = 0x02_00_00_00_00_01L;
    private static final long MILLI = 1_000_000L;

    private final FramePool pool = new FramePool(512);
    private final ManualClock clock = new ManualClock(1_000_000_000L);
    private final RecordingPort wire =
            new RecordingPort(pool, SoftwareOffload.ALL | PacketPort.RX_COALESCING | PacketPort.IN_ORDER);

    private PacketPort port(final String faults) {
        return SoftwareOffload.complete(new FaultPort(wire, FaultSpec.parse(faults), clock));
    }

    /** Sends numbered segments, payload bytes 100, sequence number = number. */
    private void send(final PacketPort port, final int count) {
        for (int i = 0; i < count; i++) {
            final byte[] frame = numbered(i);
            port.transmit(TestFrames.put(pool, frame), frame.length);
        }
        port.flush();
    }

    private static byte[] numbered(final int number) {
        return TestFrames.tcp(MAC, number, TestFrames.ACK, TestFrames.randomBytes(100, number));
    }

    private List<Integer> sentNumbers() {
        return wire.sent.stream().map(TestFrames::seq).toList();
    }

    private static List<Integer> range(final int count) {
        final List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    @Test
    void shouldPassEverythingWithoutFaults() {
        send(port("seed=1"), 50);

        assertEquals(range(50), sentNumbers());
        assertEquals(pool.capacity(), pool.available());
    }

    @Test
    void shouldStrikeTheSameSegmentsWithTheSameSeed() {
        final String faults = "loss=0.1,duplicate=0.1,reorder=0.1,corrupt=0.1,seed=";
        send(port(faults + 42), 200);
        clock.advance(100 * MILLI);
        final List<byte[]> first = List.copyOf(wire.sent);
        wire.sent.clear();
        send(port(faults + 42), 200);
        assertEquals(first.size(), wire.sent.size());
        for (int i = 0; i < first.size(); i++) {
            assertArrayEquals(first.get(i), wire.sent.get(i));
        }

        final List<Integer> again = sentNumbers();
        wire.sent.clear();
        send(port(faults + 43), 200);
        assertNotEquals(again, sentNumbers());
    }

    @Test
    void shouldLoseSegmentsNotSuperSegmentsWhenSending() {
        final PacketPort port = port("loss=0.2,seed=7");
        for (int i = 0; i < 20; i++) {
            final byte[] whole = TestFrames.tcp(MAC, i * 40_000, TestFrames.ACK, new byte[40_000]);
            TestFrames.leaveChecksum(whole);
            final long frame = TestFrames.put(pool, whole);
            TestFrames.markSegmented(pool, frame, 1000);
            port.transmit(frame, whole.length);
        }

        assertEquals(800, wire.sent.size() + port.counters().faultLost);
        assertTrue(Math.abs(port.counters().faultLost - 160) < 50, () -> port.counters().faultLost + " lost of 800");
        assertTrue(wire.sent.stream().allMatch(segment -> TestFrames.payload(segment).length == 1000));
        assertTrue(wire.sent.stream().allMatch(TestFrames::tcpChecksumHolds));
    }

    @Test
    void shouldLoseSegmentsNotSuperSegmentsWhenReceiving() {
        final PacketPort port = port("loss=0.2,seed=7");
        final Received received = new Received(port);
        for (int i = 0; i < 20; i++) {
            final byte[] whole = TestFrames.tcp(MAC, i * 40_000, TestFrames.ACK, new byte[40_000]);
            TestFrames.leaveChecksum(whole);
            final long frame = TestFrames.put(pool, whole);
            TestFrames.markSegmented(pool, frame, 1000);
            wire.arrive(frame, whole.length);
            while (port.receive(received, 16) > 0) {}
        }

        assertEquals(800, received.frames.size() + port.counters().faultLost);
        assertTrue(Math.abs(port.counters().faultLost - 160) < 50, () -> port.counters().faultLost + " lost of 800");
        assertTrue(received.frames.stream().allMatch(TestFrames::tcpChecksumHolds));
    }

    @Test
    void shouldHaveACorruptedSegmentFoundByItsChecksum() {
        final PacketPort port = port("rx.corrupt=1,seed=3");
        final byte[] left = numbered(5);
        TestFrames.leaveChecksum(left);
        for (int i = 0; i < 100; i++) {
            final long frame = TestFrames.put(pool, left);
            TestFrames.markChecksum(pool, frame);
            wire.arrive(frame, left.length);
        }
        final Received received = new Received(port);
        for (int i = 0; i < 20; i++) {
            port.receive(received, 16);
        }

        assertEquals(100, port.counters().faultCorrupted);
        assertEquals(100, port.counters().rxBadChecksum + received.frames.size());
        assertTrue(received.marks.stream().allMatch(marks -> marks == 0), "what got through is not called good");
        assertTrue(
                received.frames.stream().noneMatch(TestFrames::ipChecksumHolds),
                "only a damaged IP header is left for the stack to find");
    }

    @Test
    void shouldDuplicate() {
        final PacketPort port = port("duplicate=1,seed=3");
        send(port, 3);

        assertEquals(List.of(0, 0, 1, 1, 2, 2), sentNumbers());
        assertEquals(3, port.counters().faultDuplicated);
    }

    @Test
    void shouldLetLaterSegmentsOvertake() {
        final PacketPort port = port("reorder=0.05,reorder-by=2,seed=5");
        send(port, 200);
        clock.advance(20 * MILLI);
        port.flush();

        final List<Integer> sent = sentNumbers();
        int overtaken = 0;
        for (int i = 0; i < 200; i++) {
            final int number = i;
            final long passed = sent.subList(0, sent.indexOf(i)).stream()
                    .filter(other -> other > number)
                    .count();
            assertTrue(passed <= 2, () -> passed + " segments overtook " + number);
            overtaken += passed > 0 ? 1 : 0;
        }
        assertEquals(range(200), sent.stream().sorted().toList());
        assertTrue(overtaken > 2, "at least some were overtaken");
        assertFalse((port.capabilities() & PacketPort.IN_ORDER) != 0);
    }

    @Test
    void shouldNotKeepTheLastOfABurst() {
        final PacketPort port = port("reorder=1,reorder-by=3,seed=5");
        send(port, 2);
        assertEquals(List.of(), sentNumbers());

        clock.advance(10 * MILLI);
        port.flush();

        assertEquals(List.of(0, 1), sentNumbers());
    }

    @Test
    void shouldDelayByTheClockHandedIn() {
        final PacketPort port = port("delay=5ms,seed=1");
        send(port, 2);
        clock.advance(5 * MILLI - 1);
        port.flush();
        assertEquals(List.of(), sentNumbers());

        clock.advance(1);
        port.flush();

        assertEquals(List.of(0, 1), sentNumbers());
        assertTrue((port.capabilities() & PacketPort.IN_ORDER) != 0, "a constant delay keeps the order");
    }

    @Test
    void shouldSendNoFasterThanTheRate() {
        final PacketPort port = port("tx.rate=8mbit,seed=1"); // one byte a microsecond
        send(port, 10);
        final int length = numbered(0).length;
        for (int i = 1; i <= 10; i++) {
            clock.advance(length * 1000L - 1);
            port.flush();
            assertEquals(i - 1, wire.sent.size());
            clock.advance(1);
            port.flush();
            assertEquals(i, wire.sent.size());
        }
    }

    @Test
    void shouldDropWhatFindsTheQueueFull() {
        final PacketPort port = port("tx.rate=8mbit,tx.queue=1ms,seed=1"); // one byte a microsecond
        final int length = numbered(0).length;
        send(port, 20);
        final int taken = 1000 / length + 1; // those that wait no longer than 1,000 bytes take

        assertEquals(20 - taken, port.counters().faultQueueFull);
        clock.advance(20 * MILLI);
        port.flush();
        assertEquals(range(taken), sentNumbers());
        assertEquals(pool.capacity(), pool.available());
    }

    @Test
    void shouldTakeAnyNumberWhereTheQueueIsNotBounded() {
        final PacketPort port = port("tx.rate=8mbit,seed=1");
        send(port, 100);

        assertEquals(0, port.counters().faultQueueFull);
    }

    @Test
    void shouldStartTheSeedAnewWhenReplaced() {
        final FaultPort port = new FaultPort(wire, FaultSpec.parse("loss=0.3,seed=42"), clock);
        send(port, 100);
        final List<Integer> first = List.copyOf(sentNumbers());
        wire.sent.clear();

        port.replace(FaultSpec.parse("loss=0.3,seed=42"));
        send(port, 100);

        assertEquals(first, sentNumbers());
    }

    @Test
    void shouldLoseWhatIsUnderWayWhenReplaced() {
        final FaultPort port = new FaultPort(wire, FaultSpec.parse("delay=5ms,seed=42"), clock);
        send(port, 10);

        port.replace(FaultSpec.parse("seed=42"));
        clock.advance(5 * MILLI);
        port.flush();

        assertEquals(List.of(), sentNumbers());
        assertEquals(pool.capacity(), pool.available());
    }

    @Test
    void shouldBoundWhatItHolds() {
        final PacketPort port = port("tx.delay=1s,seed=1");
        send(port, 300);

        assertEquals(300 - pool.capacity() / 4, port.counters().faultOverflow);
        port.close();
        assertEquals(pool.capacity(), pool.available());
    }

    @Test
    void shouldStrikeOneDirectionOnly() {
        final PacketPort port = port("rx.loss=1,seed=1");
        send(port, 10);
        final byte[] frame = numbered(1);
        wire.arrive(TestFrames.put(pool, frame), frame.length);

        assertEquals(0, port.receive(new Received(port), 16));
        assertEquals(10, wire.sent.size());
        assertEquals(1, port.counters().faultLost);
    }

    @Test
    void shouldWakeWhoeverPollsWhenASegmentIsDue() {
        final int bell = EventFd.create();
        final PacketPort polled = new PolledPort(wire, bell);
        final FaultPort port = new FaultPort(polled, FaultSpec.parse("delay=2ms,seed=1"), System::nanoTime);
        assertEquals(0, Descriptors.poll(port.pollDescriptor(), Descriptors.POLLIN, 0));
        send(port, 1);
        assertEquals(List.of(), sentNumbers());

        assertEquals(Descriptors.POLLIN, Descriptors.poll(port.pollDescriptor(), Descriptors.POLLIN, 10_000));
        port.receive(new Received(port), 16);

        assertEquals(List.of(0), sentNumbers());
        assertEquals(0, Descriptors.poll(port.pollDescriptor(), Descriptors.POLLIN, 0), "the timer is done");
        EventFd.signal(bell);
        assertEquals(Descriptors.POLLIN, Descriptors.poll(port.pollDescriptor(), Descriptors.POLLIN, 10_000));
        port.close();
        Descriptors.close(bell);
    }
}
