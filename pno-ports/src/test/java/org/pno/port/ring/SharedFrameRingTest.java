package org.pno.port.ring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.pno.port.FramePool;
import org.pno.port.TestFrames;

class SharedFrameRingTest {
    private static final int CAPACITY = RingDescriptor.MIN_CAPACITY;
    private static final int MARKS = 10;

    private final MemorySegment memory = Arena.ofAuto().allocate(RingDescriptor.ringBytes(CAPACITY), 64);
    private final FrameRing producer = new SharedFrameRing(memory, 0, CAPACITY);
    private final FrameRing consumer = new SharedFrameRing(memory, 0, CAPACITY);
    private final MemorySegment source = Arena.ofAuto().allocate(FramePool.SLOT_BYTES, 64);
    private final MemorySegment target = Arena.ofAuto().allocate(FramePool.SLOT_BYTES, 64);

    private boolean offer(final byte[] marksAndFrame) {
        MemorySegment.copy(marksAndFrame, 0, source, JAVA_BYTE, 64 - MARKS, marksAndFrame.length);
        return producer.offer(source, 64, marksAndFrame.length - MARKS);
    }

    private byte[] taken() {
        final int length = consumer.take(target, 64);
        return length <= 0 ? null : target.asSlice(64 - MARKS, length + MARKS).toArray(JAVA_BYTE);
    }

    private static byte[] bytes(final int length, final long seed) {
        return TestFrames.randomBytes(length + MARKS, seed);
    }

    @Test
    void shouldMoveFramesWithTheirMarks() {
        assertTrue(offer(bytes(100, 1)));
        assertTrue(offer(bytes(1, 2)));
        assertTrue(offer(bytes(FramePool.MAX_FRAME_BYTES, 3)));
        producer.publish();

        assertArrayEquals(bytes(100, 1), taken());
        assertArrayEquals(bytes(1, 2), taken());
        assertArrayEquals(bytes(FramePool.MAX_FRAME_BYTES, 3), taken());
        assertEquals(FrameRing.EMPTY, consumer.take(target, 64));
    }

    @Test
    void shouldShowFramesOnlyWhenPublished() {
        offer(bytes(100, 1));
        assertEquals(FrameRing.EMPTY, consumer.take(target, 64));

        producer.publish();

        assertEquals(100, consumer.take(target, 64));
    }

    @Test
    void shouldReuseRoomOnlyWhenReleased() {
        int offered = 0;
        while (offer(bytes(1000, offered))) {
            offered++;
        }
        assertEquals(CAPACITY / RingDescriptor.recordBytes(1000), offered);
        producer.publish();
        taken();
        assertFalse(offer(bytes(900, 1)));

        consumer.release();

        assertTrue(offer(bytes(900, 1)));
        assertFalse(producer.isBroken());
    }

    @Test
    void shouldTellTheProducerOfASleeper() {
        assertTrue(consumer.arm());
        assertFalse(producer.publish(), "nothing new, nobody to wake");
        offer(bytes(10, 1));
        assertTrue(producer.publish());
        consumer.disarm();
        offer(bytes(10, 1));
        assertFalse(producer.publish());
        assertFalse(consumer.arm(), "there is a frame already");
    }

    @Test
    void shouldFindImpossibleTails() {
        for (final long tail : new long[] {-16, 8, CAPACITY + 16L, Long.MIN_VALUE, Long.MAX_VALUE}) {
            final FrameRing victim = new SharedFrameRing(memory, 0, CAPACITY);
            memory.set(JAVA_LONG, RingDescriptor.TAIL_OFFSET, tail);

            assertEquals(FrameRing.BROKEN, victim.take(target, 64), "tail " + tail);
            assertTrue(victim.isBroken());
        }
    }

    @Test
    void shouldFindImpossibleRecords() {
        final long[] headers = {
            0,
            RingDescriptor.header(0, RingDescriptor.FRAME),
            RingDescriptor.header(-1, RingDescriptor.FRAME),
            RingDescriptor.header(FramePool.MAX_FRAME_BYTES + 1, RingDescriptor.FRAME),
            RingDescriptor.header(Integer.MAX_VALUE, RingDescriptor.FRAME),
            RingDescriptor.header(100, 3),
            RingDescriptor.header(1000, RingDescriptor.FRAME), // beyond the tail
            RingDescriptor.header(16, RingDescriptor.PADDING) // at the ring's start
        };
        memory.set(JAVA_LONG, RingDescriptor.TAIL_OFFSET, 128);
        for (final long header : headers) {
            final FrameRing victim = new SharedFrameRing(memory, 0, CAPACITY);
            memory.set(JAVA_LONG, RingDescriptor.RECORDS_OFFSET, header);

            assertEquals(FrameRing.BROKEN, victim.take(target, 64), "header " + Long.toHexString(header));
        }
    }

    @Test
    void shouldFindFramesThatReachBeyondTheRing() {
        final int almost = CAPACITY - 64 * 1024;
        while (true) {
            offer(bytes(1000, 1));
            producer.publish();
            taken();
            consumer.release();
            if (memory.get(JAVA_LONG, RingDescriptor.HEAD_OFFSET) > almost) {
                break;
            }
        }
        final long head = memory.get(JAVA_LONG, RingDescriptor.HEAD_OFFSET);
        memory.set(JAVA_LONG, RingDescriptor.TAIL_OFFSET, head + 80_000 / 16 * 16);
        memory.set(
                JAVA_LONG,
                RingDescriptor.RECORDS_OFFSET + head,
                RingDescriptor.header(FramePool.MAX_FRAME_BYTES, RingDescriptor.FRAME));

        assertEquals(FrameRing.BROKEN, consumer.take(target, 64));
    }

    @Test
    void shouldFindImpossibleHeads() {
        for (final long head : new long[] {-1, 1 << 20, Long.MIN_VALUE, Long.MAX_VALUE}) {
            final FrameRing victim = new SharedFrameRing(memory, 0, CAPACITY);
            memory.set(JAVA_LONG, RingDescriptor.HEAD_OFFSET, head);
            int offered = 0;
            while (victim.offer(source, 64, 60_000)) {
                victim.publish();
                offered++;
                assertTrue(offered < 10, "it must fill");
            }
            assertTrue(victim.isBroken(), "head " + head);
            assertFalse(victim.offer(source, 64, 10), "broken for good");
        }
    }

    @Test
    void shouldRefuseCapacitiesThatCannotWork() {
        for (final int capacity : new int[] {0, 3 << 20, 1 << 10}) {
            assertThrows(IllegalArgumentException.class, () -> new SharedFrameRing(memory, 0, capacity));
        }
    }

    @Test
    void shouldLayItsWordsOutAsPictured() {
        assertEquals(0, RingDescriptor.TAIL_OFFSET);
        assertEquals(128, RingDescriptor.HEAD_OFFSET);
        assertEquals(136, RingDescriptor.SLEEPING_OFFSET);
        assertEquals(256, RingDescriptor.RECORDS_OFFSET);
        assertEquals(16, RingDescriptor.FRAME_OFFSET);
        offer(bytes(5, 1));
        producer.publish();
        assertEquals(32, memory.get(JAVA_LONG, 0));
        assertEquals(5, memory.get(JAVA_BYTE, 256));
        assertEquals(1, memory.get(JAVA_BYTE, 260));
        assertArrayEquals(bytes(5, 1), memory.asSlice(262, 15).toArray(JAVA_BYTE));
        assertEquals(5, consumer.take(target, 64));
        consumer.release();
        assertEquals(32, memory.get(JAVA_LONG, 128));
        assertTrue(Arrays.equals(bytes(5, 1), target.asSlice(54, 15).toArray(JAVA_BYTE)));
    }
}
