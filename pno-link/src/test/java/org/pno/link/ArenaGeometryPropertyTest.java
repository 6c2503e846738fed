package org.pno.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ArenaGeometryPropertyTest {
    private final MemorySegment header = Arena.ofAuto().allocate(ArenaDescriptor.HEADER_BYTES, 8);

    @Property(tries = 300)
    void shouldLayPartsOutInOrderWithoutOverlap(
            @ForAll @IntRange(min = 1, max = 256) final int channels,
            @ForAll @IntRange(min = 1, max = 1 << 17) final int records,
            @ForAll @IntRange(min = 1, max = 256) final int holders,
            @ForAll @IntRange(min = 1, max = 1 << 18) final int txChunks,
            @ForAll @IntRange(min = 1, max = 1 << 18) final int rxChunks) {
        final ArenaGeometry geometry = ArenaGeometry.of(channels, records, holders, txChunks, rxChunks);

        assertTrue(geometry.channelOffset(0) >= ArenaDescriptor.HEADER_BYTES);
        assertTrue(geometry.recordOffset(0) >= geometry.channelOffset(channels - 1) + ChannelDescriptor.BYTES);
        assertTrue(geometry.holderOffset(0) >= geometry.recordOffset(records - 1) + RecordDescriptor.BYTES);
        assertTrue(geometry.txChunkOffset(0)
                >= geometry.holderOffset(holders - 1) + HolderDescriptor.BITMAP_OFFSET + (records + 7) / 8);
        assertTrue(geometry.rxChunkOffset(0) >= geometry.txChunkOffset(txChunks - 1) + ArenaDescriptor.CHUNK_BYTES);
        assertEquals(geometry.totalBytes(), geometry.rxChunkOffset(rxChunks - 1) + ArenaDescriptor.CHUNK_BYTES);
        assertEquals(0, geometry.txChunkOffset(0) % ArenaDescriptor.PAGE_BYTES);
        assertEquals(0, geometry.recordOffset(records - 1) % ArenaDescriptor.LINE_BYTES);
    }

    /** Whatever a host writes into its header, what is accepted lies inside the arena. */
    @Property(tries = 1000)
    void shouldAcceptOnlyWhatLiesInsideTheArena(
            @ForAll @IntRange(max = 9) final int field, @ForAll final long value, @ForAll @Size(2) final byte[] noise) {
        final ArenaGeometry good = ArenaGeometry.of(2, 64, 2, 16, 16);
        good.write(header, 0);
        final int offset = ArenaDescriptor.CHANNEL_COUNT_OFFSET + field * 4;
        header.set(ValueLayout.JAVA_LONG_UNALIGNED, Math.min(offset, 72), noise[0] > 0 ? value : value >>> 44);
        header.set(ValueLayout.JAVA_BYTE, 12 + (noise[1] & 63), noise[0]);
        try {
            final ArenaGeometry parsed = ArenaGeometry.parse(header, 0, good.totalBytes(), ArenaLimits.LAYOUT);
            assertEquals(good.totalBytes(), parsed.totalBytes());
            assertTrue(parsed.channelOffset(0) >= ArenaDescriptor.HEADER_BYTES);
            final long rxEnd = parsed.rxChunkOffset(parsed.rxChunkCount() - 1) + ArenaDescriptor.CHUNK_BYTES;
            final long txEnd = parsed.txChunkOffset(parsed.txChunkCount() - 1) + ArenaDescriptor.CHUNK_BYTES;
            assertTrue(rxEnd <= good.totalBytes() && txEnd <= parsed.rxChunkOffset(0));
            assertTrue(
                    parsed.recordOffset(parsed.recordCount() - 1) + RecordDescriptor.BYTES <= parsed.holderOffset(0));
        } catch (final ProtocolException refused) {
            assertFalse(refused.getMessage().isEmpty());
        }
    }
}
