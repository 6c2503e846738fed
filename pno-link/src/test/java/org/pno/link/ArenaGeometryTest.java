package org.pno.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArenaGeometryTest {
    private final MemorySegment header = Arena.ofAuto().allocate(ArenaDescriptor.HEADER_BYTES, 8);

    @Test
    void shouldReadWhatItWrote() throws ProtocolException {
        final ArenaGeometry written = ArenaGeometry.of(3, 1000, 5, 70, 80);
        written.write(header, 0);

        final ArenaGeometry read = ArenaGeometry.parse(header, 0, written.totalBytes(), ArenaLimits.LAYOUT);

        assertEquals(3, read.channelCount());
        assertEquals(1000, read.recordCount());
        assertEquals(5, read.holderCount());
        assertEquals(70, read.txChunkCount());
        assertEquals(80, read.rxChunkCount());
        assertEquals(written.channelOffset(2), read.channelOffset(2));
        assertEquals(written.recordOffset(999), read.recordOffset(999));
        assertEquals(written.holderOffset(4), read.holderOffset(4));
        assertEquals(written.txChunkOffset(69), read.txChunkOffset(69));
        assertEquals(written.rxChunkOffset(79), read.rxChunkOffset(79));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 8, 7, magic",
        "8, 4, 99, version 99",
        "12, 4, 0, channelCount is 0",
        "12, 4, 257, channelCount is 257",
        "12, 4, -1, channelCount is 4294967295",
        "16, 4, 131073, recordCount is 131073",
        "20, 4, 300, holderCount is 300",
        "24, 4, 262145, txChunks is 262145",
        "28, 4, 0, rxChunks is 0",
        "32, 8, 64, channels starts at 64",
        "32, 8, 4100, channels starts at 4100",
        "40, 8, 4096, records starts at 4096",
        "48, 8, -64, holders starts at 18446744073709551552",
        "56, 8, 1000000064, txPool starts at 1000000064",
        "64, 8, 9223372036854771712, rxPool starts at 9223372036854771712",
        "72, 8, 4096, totalBytes is 4096"
    })
    void shouldNameTheFieldThatIsWrong(final int offset, final int width, final long value, final String words) {
        final ArenaGeometry good = ArenaGeometry.of(2, 64, 2, 16, 16);
        good.write(header, 0);
        if (width == 4) {
            header.set(ValueLayout.JAVA_INT, offset, (int) value);
        } else {
            header.set(ValueLayout.JAVA_LONG, offset, value);
        }

        final ProtocolException refused = assertThrows(
                ProtocolException.class, () -> ArenaGeometry.parse(header, 0, good.totalBytes(), ArenaLimits.LAYOUT));
        assertTrue(refused.getMessage().contains(words), refused.getMessage());
    }

    @Test
    void shouldRefuseAnArenaBeyondTheLimits() {
        final ArenaGeometry good = ArenaGeometry.of(2, 64, 2, 16, 16);
        good.write(header, 0);
        final ArenaLimits limits = new ArenaLimits(2, 64, 2, 16, good.totalBytes() - 1);

        final ProtocolException refused =
                assertThrows(ProtocolException.class, () -> ArenaGeometry.parse(header, 0, good.totalBytes(), limits));
        assertTrue(refused.getMessage().contains("the limit is " + limits.maxBytes()), refused.getMessage());
    }

    @Test
    void shouldRefuseImpossibleCountsOfItsOwnSide() {
        assertThrows(IllegalArgumentException.class, () -> ArenaGeometry.of(0, 1, 1, 1, 1));
        assertThrows(
                IllegalArgumentException.class, () -> ArenaGeometry.of(1, 1, 1, 1, ArenaDescriptor.MAX_CHUNKS + 1));
    }

    @Test
    void shouldJudgeNumbersThatTheHostGives() {
        final ArenaGeometry geometry = ArenaGeometry.of(2, 64, 3, 16, 16);

        assertTrue(
                geometry.hasRecord(63) && geometry.hasChannel(1) && geometry.hasHolder(2) && geometry.hasTxChunk(15));
        assertFalse(geometry.hasRecord(64) || geometry.hasRecord(-1));
        assertFalse(geometry.hasChannel(2) || geometry.hasChannel(Integer.MIN_VALUE));
        assertFalse(geometry.hasHolder(3) || geometry.hasTxChunk(16) || geometry.hasTxChunk(RecordDescriptor.NO_CHUNK));
    }
}
