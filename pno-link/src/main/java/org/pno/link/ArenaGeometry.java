package org.pno.link;

import static org.pno.link.ArenaDescriptor.CHANNELS_OFFSET;
import static org.pno.link.ArenaDescriptor.CHANNEL_COUNT_OFFSET;
import static org.pno.link.ArenaDescriptor.HOLDERS_OFFSET;
import static org.pno.link.ArenaDescriptor.HOLDER_COUNT_OFFSET;
import static org.pno.link.ArenaDescriptor.LINE_BYTES;
import static org.pno.link.ArenaDescriptor.MAGIC_OFFSET;
import static org.pno.link.ArenaDescriptor.PAGE_BYTES;
import static org.pno.link.ArenaDescriptor.RECORDS_OFFSET;
import static org.pno.link.ArenaDescriptor.RECORD_COUNT_OFFSET;
import static org.pno.link.ArenaDescriptor.RX_CHUNKS_OFFSET;
import static org.pno.link.ArenaDescriptor.RX_POOL_OFFSET;
import static org.pno.link.ArenaDescriptor.TOTAL_BYTES_OFFSET;
import static org.pno.link.ArenaDescriptor.TX_CHUNKS_OFFSET;
import static org.pno.link.ArenaDescriptor.TX_POOL_OFFSET;
import static org.pno.link.ArenaDescriptor.VERSION_OFFSET;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Where everything stands in one arena: the header of {@link ArenaDescriptor}, checked once and immutable from then on.
 * An instance exists only if it is consistent, so the offsets it computes lie inside the arena for numbers in range.
 */
public final class ArenaGeometry {
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;

    private final int channelCount;
    private final int recordCount;
    private final int holderCount;
    private final int txChunkCount;
    private final int rxChunkCount;
    private final long channelsOffset;
    private final long recordsOffset;
    private final long holdersOffset;
    private final long txPoolOffset;
    private final long rxPoolOffset;
    private final long totalBytes;

    /** The arena without gaps. */
    private ArenaGeometry(
            final int channelCount,
            final int recordCount,
            final int holderCount,
            final int txChunks,
            final int rxChunks) {
        this.channelCount = channelCount;
        this.recordCount = recordCount;
        this.holderCount = holderCount;
        this.txChunkCount = txChunks;
        this.rxChunkCount = rxChunks;
        channelsOffset = ArenaDescriptor.HEADER_BYTES;
        recordsOffset = channelsOffset + (long) channelCount * ChannelDescriptor.BYTES;
        holdersOffset = recordsOffset + (long) recordCount * RecordDescriptor.BYTES;
        txPoolOffset = pageAligned(holdersOffset + holderCount * ArenaDescriptor.holderStride(recordCount));
        rxPoolOffset = txPoolOffset + (long) txChunks * ArenaDescriptor.CHUNK_BYTES;
        totalBytes = rxPoolOffset + (long) rxChunks * ArenaDescriptor.CHUNK_BYTES;
    }

    /** What a header says, unchecked. */
    private ArenaGeometry(final MemorySegment header, final long offset) {
        channelCount = header.get(U32, offset + CHANNEL_COUNT_OFFSET);
        recordCount = header.get(U32, offset + RECORD_COUNT_OFFSET);
        holderCount = header.get(U32, offset + HOLDER_COUNT_OFFSET);
        txChunkCount = header.get(U32, offset + TX_CHUNKS_OFFSET);
        rxChunkCount = header.get(U32, offset + RX_CHUNKS_OFFSET);
        channelsOffset = header.get(U64, offset + CHANNELS_OFFSET);
        recordsOffset = header.get(U64, offset + RECORDS_OFFSET);
        holdersOffset = header.get(U64, offset + HOLDERS_OFFSET);
        txPoolOffset = header.get(U64, offset + TX_POOL_OFFSET);
        rxPoolOffset = header.get(U64, offset + RX_POOL_OFFSET);
        totalBytes = header.get(U64, offset + TOTAL_BYTES_OFFSET);
    }

    /**
     * Lays an arena out.
     *
     * @throws IllegalArgumentException if a count is not within the layout's bounds
     */
    public static ArenaGeometry of(
            final int channelCount,
            final int recordCount,
            final int holderCount,
            final int txChunks,
            final int rxChunks) {
        final ArenaGeometry geometry = new ArenaGeometry(channelCount, recordCount, holderCount, txChunks, rxChunks);
        try {
            geometry.check(geometry.totalBytes, ArenaLimits.LAYOUT);
        } catch (final ProtocolException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        return geometry;
    }

    /**
     * Reads a header out of the DPU's private copy of it, and checks every field.
     *
     * @param header holds at least FIELDS_BYTES at {@code offset}; the caller's own memory, which nobody else writes
     * @param regionBytes the size of the memfd
     * @throws ProtocolException naming the first field that is wrong, and its value
     */
    public static ArenaGeometry parse(
            final MemorySegment header, final long offset, final long regionBytes, final ArenaLimits limits)
            throws ProtocolException {
        final long magic = header.get(U64, offset + MAGIC_OFFSET);
        if (magic != ArenaDescriptor.MAGIC) {
            throw new ProtocolException(
                    String.format("not an arena: magic is 0x%016x, not 0x%016x", magic, ArenaDescriptor.MAGIC));
        }
        final int version = header.get(U32, offset + VERSION_OFFSET);
        if (version != ArenaDescriptor.VERSION) {
            throw new ProtocolException("the arena has version " + Integer.toUnsignedString(version)
                    + ", this DPU speaks " + ArenaDescriptor.VERSION + ": use a libpno.so of the same build");
        }
        final ArenaGeometry geometry = new ArenaGeometry(header, offset);
        geometry.check(regionBytes, limits);
        return geometry;
    }

    /** Writes the header, as the host does before it passes the arena. */
    public void write(final MemorySegment header, final long offset) {
        header.set(U64, offset + MAGIC_OFFSET, ArenaDescriptor.MAGIC);
        header.set(U32, offset + VERSION_OFFSET, ArenaDescriptor.VERSION);
        header.set(U32, offset + CHANNEL_COUNT_OFFSET, channelCount);
        header.set(U32, offset + RECORD_COUNT_OFFSET, recordCount);
        header.set(U32, offset + HOLDER_COUNT_OFFSET, holderCount);
        header.set(U32, offset + TX_CHUNKS_OFFSET, txChunkCount);
        header.set(U32, offset + RX_CHUNKS_OFFSET, rxChunkCount);
        header.set(U64, offset + CHANNELS_OFFSET, channelsOffset);
        header.set(U64, offset + RECORDS_OFFSET, recordsOffset);
        header.set(U64, offset + HOLDERS_OFFSET, holdersOffset);
        header.set(U64, offset + TX_POOL_OFFSET, txPoolOffset);
        header.set(U64, offset + RX_POOL_OFFSET, rxPoolOffset);
        header.set(U64, offset + TOTAL_BYTES_OFFSET, totalBytes);
    }

    private void check(final long regionBytes, final ArenaLimits limits) throws ProtocolException {
        count("channelCount", channelCount, limits.maxChannels());
        count("recordCount", recordCount, limits.maxRecords());
        count("holderCount", holderCount, limits.maxHolders());
        count("txChunks", txChunkCount, limits.maxChunks());
        count("rxChunks", rxChunkCount, limits.maxChunks());
        if (totalBytes != regionBytes) {
            throw new ProtocolException("totalBytes is " + totalBytes + ", the memfd has " + regionBytes);
        }
        if (totalBytes > limits.maxBytes()) {
            throw new ProtocolException("totalBytes is " + totalBytes + ", the limit is " + limits.maxBytes());
        }
        long end = ArenaDescriptor.HEADER_BYTES;
        end = part("channels", channelsOffset, end, LINE_BYTES, (long) channelCount * ChannelDescriptor.BYTES);
        end = part("records", recordsOffset, end, LINE_BYTES, (long) recordCount * RecordDescriptor.BYTES);
        end = part("holders", holdersOffset, end, LINE_BYTES, holderCount * ArenaDescriptor.holderStride(recordCount));
        end = part("txPool", txPoolOffset, end, PAGE_BYTES, (long) txChunkCount * ArenaDescriptor.CHUNK_BYTES);
        part("rxPool", rxPoolOffset, end, PAGE_BYTES, (long) rxChunkCount * ArenaDescriptor.CHUNK_BYTES);
    }

    private static void count(final String field, final int value, final int max) throws ProtocolException {
        if (value < 1 || value > max) {
            throw new ProtocolException(field + " is " + Integer.toUnsignedString(value) + ", allowed is 1 to " + max);
        }
    }

    /** Checks one part of the arena; the sum cannot overflow because the offset is held to totalBytes first. */
    private long part(
            final String name, final long offset, final long previousEnd, final int alignment, final long bytes)
            throws ProtocolException {
        if (offset < previousEnd || offset > totalBytes || offset % alignment != 0) {
            throw new ProtocolException(name + " starts at " + Long.toUnsignedString(offset)
                    + ", must be a multiple of " + alignment + " between " + previousEnd + " and " + totalBytes);
        }
        if (bytes > totalBytes - offset) {
            throw new ProtocolException(
                    name + " at " + offset + " takes " + bytes + " bytes, the arena has " + totalBytes);
        }
        return offset + bytes;
    }

    private static long pageAligned(final long offset) {
        return (offset + PAGE_BYTES - 1) & -PAGE_BYTES;
    }

    public int channelCount() {
        return channelCount;
    }

    public int recordCount() {
        return recordCount;
    }

    public int holderCount() {
        return holderCount;
    }

    public int txChunkCount() {
        return txChunkCount;
    }

    public int rxChunkCount() {
        return rxChunkCount;
    }

    public long totalBytes() {
        return totalBytes;
    }

    /** True if there is a record of that number; host-given numbers pass through here. */
    public boolean hasRecord(final int record) {
        return Integer.compareUnsigned(record, recordCount) < 0;
    }

    public boolean hasChannel(final int channel) {
        return Integer.compareUnsigned(channel, channelCount) < 0;
    }

    public boolean hasHolder(final int holder) {
        return Integer.compareUnsigned(holder, holderCount) < 0;
    }

    public boolean hasTxChunk(final int chunk) {
        return Integer.compareUnsigned(chunk, txChunkCount) < 0;
    }

    /** Offset of a channel in the arena. */
    public long channelOffset(final int channel) {
        return channelsOffset + (long) channel * ChannelDescriptor.BYTES;
    }

    public long recordOffset(final int record) {
        return recordsOffset + (long) record * RecordDescriptor.BYTES;
    }

    public long holderOffset(final int holder) {
        return holdersOffset + holder * ArenaDescriptor.holderStride(recordCount);
    }

    public long txChunkOffset(final int chunk) {
        return txPoolOffset + ((long) chunk << ArenaDescriptor.CHUNK_SHIFT);
    }

    public long rxChunkOffset(final int chunk) {
        return rxPoolOffset + ((long) chunk << ArenaDescriptor.CHUNK_SHIFT);
    }
}
