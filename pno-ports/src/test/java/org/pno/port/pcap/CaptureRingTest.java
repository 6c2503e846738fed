package org.pno.port.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.pno.memory.Words;
import org.pno.port.FramePool;
import org.pno.port.pcap.PcapngWriter.Direction;

class CaptureRingTest {
    private static final int LONGEST = FramePool.MAX_FRAME_BYTES;

    private final MemorySegment memory =
            Arena.ofAuto().allocate(CaptureDescriptor.ringBytes(CaptureDescriptor.MIN_CAPACITY), 64);
    private final CaptureRing ring = new CaptureRing(memory, "tap:pno0", 96);
    private final CaptureReader reader = new CaptureReader(memory);

    private boolean put(final int length, final int mark) {
        final long at = ring.reserve(length);
        if (at == CaptureRing.NONE) {
            return false;
        }
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) mark);
        ring.commit(length, length + 1, mark, Direction.INBOUND.ordinal());
        ring.publish();
        return true;
    }

    private int fill(final int length) {
        int count = 0;
        while (put(length, count)) {
            count++;
        }
        return count;
    }

    @Test
    void shouldTellWhatWasWritten() {
        put(60, 7);
        assertTrue(reader.next());
        assertEquals(60, reader.length());
        assertEquals(61, reader.originalLength());
        assertEquals(7, reader.timeNs());
        assertEquals(7, reader.memory().get(ValueLayout.JAVA_BYTE, reader.frame()));
        assertEquals(Direction.INBOUND, reader.direction());
        assertFalse(reader.next());
    }

    @Test
    void shouldTellOfThePort() {
        assertEquals("tap:pno0", reader.portName());
        assertEquals(96, reader.snapBytes());
    }

    @Test
    void shouldDropAndCountWhatDoesNotFit() {
        final int fitting = fill(1000);
        assertFalse(put(1000, 1));
        ring.publish();
        assertEquals(2, reader.dropped());
        assertEquals(fitting + 2, reader.accepted());
        assertEquals(fitting, CaptureDescriptor.MIN_CAPACITY / CaptureDescriptor.recordBytes(1000));
    }

    @Test
    void shouldGoOnOnceTheReaderHasReleased() {
        final int fitting = fill(LONGEST);
        assertTrue(reader.next());
        assertFalse(put(LONGEST, 1));
        reader.release();
        assertTrue(put(LONGEST, 1));
        assertEquals(fitting + 3, ring.accepted());
    }

    @Test
    void shouldKeepAllInOrderOverManyLaps() {
        int written = 0;
        int read = 0;
        for (int i = 0; i < 2_000; i++) {
            final int length = 1 + i * 37 % LONGEST;
            if (put(length, written)) {
                written++;
            }
            while (i % 3 == 0 && reader.next()) {
                assertEquals(read++, reader.timeNs());
                reader.release();
            }
        }
        while (reader.next()) {
            assertEquals(read++, reader.timeNs());
        }
        assertEquals(written, read);
        assertEquals(2_000, written + ring.dropped());
    }

    @Test
    void shouldRingOnlyForAReaderThatSleeps() {
        ring.commit(length(ring.reserve(60)), 60, 0, 1);
        assertFalse(ring.publish());
        reader.next();
        assertTrue(reader.arm());
        ring.commit(length(ring.reserve(60)), 60, 0, 1);
        assertTrue(ring.publish());
        reader.disarm();
        reader.next();
        ring.commit(length(ring.reserve(60)), 60, 0, 1);
        assertFalse(ring.publish());
    }

    private static int length(final long reserved) {
        assertTrue(reserved != CaptureRing.NONE);
        return 60;
    }

    @Test
    void shouldNotLetAReaderSleepOverARecord() {
        put(60, 1);
        assertFalse(reader.arm());
    }

    @Test
    void shouldGiveNothingMoreToAReaderThatWritesWhatCannotBe() {
        fill(LONGEST);
        Words.setRelease(memory, CaptureDescriptor.HEAD_OFFSET, Long.MAX_VALUE);
        assertFalse(put(LONGEST, 1));
        Words.setRelease(memory, CaptureDescriptor.HEAD_OFFSET, 0);
        assertFalse(put(LONGEST, 1));
        assertTrue(ring.isBroken());
    }

    @Test
    void shouldRefuseToReadWhatIsNoRecord() {
        put(60, 1);
        Words.setPlain(memory, CaptureDescriptor.RECORDS_OFFSET, CaptureDescriptor.header(LONGEST, 1, 1));
        assertThrows(IllegalStateException.class, reader::next);
    }
}
