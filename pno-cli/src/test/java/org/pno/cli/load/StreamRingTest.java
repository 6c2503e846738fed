package org.pno.cli.load;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class StreamRingTest {
    private static final int CAPACITY = 16;

    @Test
    void shouldLayWhatWrapsRoundTheEndInOnePiece() {
        final StreamRing ring = new StreamRing(CAPACITY);
        final byte[] bytes = PayloadPattern.bytes(10);
        ring.write(3 * CAPACITY + 12, MemorySegment.ofArray(bytes), 0, bytes.length);
        final StreamRing laid = ring.lay(3 * CAPACITY + 12, bytes.length);
        assertArrayEquals(
                bytes, laid.memory().asSlice(laid.offset(), bytes.length).toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void shouldReadWhatWasWrittenOutOfOrder() {
        final StreamRing ring = new StreamRing(CAPACITY);
        final byte[] bytes = PayloadPattern.bytes(8);
        ring.write(104, MemorySegment.ofArray(bytes), 4, 4);
        ring.write(100, MemorySegment.ofArray(bytes), 0, 4);
        final MemorySegment to = MemorySegment.ofArray(new byte[8]);
        ring.read(100, to, 0, 8);
        assertArrayEquals(bytes, to.toArray(ValueLayout.JAVA_BYTE));
    }
}
