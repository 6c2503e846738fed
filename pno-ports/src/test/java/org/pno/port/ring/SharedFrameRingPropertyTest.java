package org.pno.port.ring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.pno.port.FramePool;
import org.pno.port.TestFrames;

class SharedFrameRingPropertyTest {
    private static final int CAPACITY = RingDescriptor.MIN_CAPACITY;
    private static final int MARKS = 10;

    private final MemorySegment memory = Arena.ofAuto().allocate(RingDescriptor.ringBytes(CAPACITY), 64);
    private final MemorySegment source = Arena.ofAuto().allocate(FramePool.SLOT_BYTES, 64);
    private final MemorySegment target = Arena.ofAuto().allocate(FramePool.SLOT_BYTES, 64);
    private FrameRing producer;
    private FrameRing consumer;

    private boolean offer(final byte[] marksAndFrame) {
        MemorySegment.copy(marksAndFrame, 0, source, JAVA_BYTE, 64 - MARKS, marksAndFrame.length);
        return producer.offer(source, 64, marksAndFrame.length - MARKS);
    }

    private byte[] taken() {
        final int length = consumer.take(target, 64);
        assertTrue(length > 0, () -> "a frame must be there, not " + length);
        return target.asSlice(64 - MARKS, length + MARKS).toArray(JAVA_BYTE);
    }

    @Provide
    Arbitrary<List<Integer>> operations() {
        // Positive: a frame of that length. 0: take all and release. -1: take one.
        return Arbitraries.frequencyOf(
                        Tuple.of(6, Arbitraries.integers().between(1, 3000)),
                        Tuple.of(2, Arbitraries.integers().between(60_000, FramePool.MAX_FRAME_BYTES)),
                        Tuple.of(1, Arbitraries.just(0)),
                        Tuple.of(4, Arbitraries.just(-1)))
                .list()
                .ofMinSize(1)
                .ofMaxSize(300);
    }

    /** Whatever the order of calls, it is a queue; and what does not fit is refused, nothing else. */
    @Property(tries = 200)
    void shouldBeAQueue(@ForAll("operations") final List<Integer> operations) {
        memory.fill((byte) 0);
        producer = new SharedFrameRing(memory, 0, CAPACITY);
        consumer = new SharedFrameRing(memory, 0, CAPACITY);
        final Queue<byte[]> model = new ArrayDeque<>();
        long bytesInside = 0;
        int seed = 0;
        for (final int operation : operations) {
            if (operation > 0) {
                final byte[] frame = TestFrames.randomBytes(operation + MARKS, seed++);
                if (offer(frame)) {
                    model.add(frame);
                    producer.publish();
                    bytesInside += RingDescriptor.recordBytes(operation);
                } else {
                    // Padding stands once in the ring, where the last record did not fit before its end.
                    final int record = RingDescriptor.recordBytes(operation);
                    final int padding = RingDescriptor.recordBytes(FramePool.MAX_FRAME_BYTES);
                    assertTrue(bytesInside + record + padding > CAPACITY, "refused with room for it");
                }
            } else {
                bytesInside -= drain(model, operation == 0 ? Integer.MAX_VALUE : 1);
            }
        }
        drain(model, Integer.MAX_VALUE);
        assertFalse(consumer.isBroken() || producer.isBroken());
    }

    private long drain(final Queue<byte[]> model, final int limit) {
        long bytes = 0;
        for (int i = 0; i < limit && !model.isEmpty(); i++) {
            final byte[] expected = model.remove();
            bytes += RingDescriptor.recordBytes(expected.length - MARKS);
            assertArrayEquals(expected, taken());
        }
        consumer.release();
        if (model.isEmpty()) {
            assertEquals(FrameRing.EMPTY, consumer.take(target, 64));
        }
        return bytes;
    }
}
