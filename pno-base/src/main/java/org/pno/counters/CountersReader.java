package org.pno.counters;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.pno.memory.Words;

/**
 * Reads the counters that a {@link Counters} writes, in this or another process, while they are counted. Any thread.
 * Values are whole, and of no common moment. The segment is not trusted: what it says of itself is checked once.
 */
public final class CountersReader {
    private final MemorySegment segment;
    private final int capacity;

    /** Takes one counter of a {@link #forEach}. */
    @FunctionalInterface
    public interface Visitor {
        void onCounter(int counter, String label, String sentence, long value);
    }

    /**
     * Reads along in {@code segment}.
     *
     * @throws IllegalArgumentException if it holds no counters, or those of another version
     */
    public CountersReader(final MemorySegment segment) {
        final long size = segment.byteSize();
        // Pairs with the constructor of Counters: a segment with the magic has its header.
        if (size < CountersDescriptor.HEADER_BYTES
                || Words.getAcquire(segment, CountersDescriptor.MAGIC_OFFSET) != CountersDescriptor.MAGIC) {
            throw new IllegalArgumentException("no counters in this segment of " + size + " bytes");
        }
        final int version = segment.get(JAVA_INT, CountersDescriptor.VERSION_OFFSET);
        if (version != CountersDescriptor.VERSION) {
            throw new IllegalArgumentException("counters of version " + version + ", this program reads version "
                    + CountersDescriptor.VERSION + "; use the pno that wrote them");
        }
        capacity = segment.get(JAVA_INT, CountersDescriptor.CAPACITY_OFFSET);
        if (capacity < 0 || CountersDescriptor.segmentBytes(capacity) > size) {
            throw new IllegalArgumentException(capacity + " counters cannot be in a segment of " + size + " bytes");
        }
        this.segment = segment;
    }

    /** Counters there are. */
    public int count() {
        // Pairs with Counters.add(): the entries below the count are complete.
        final long count = Words.getAcquire(segment, CountersDescriptor.COUNT_OFFSET);
        return Math.clamp(count, 0, capacity);
    }

    public String label(final int counter) {
        final long entry = CountersDescriptor.entryOffset(counter);
        return text(entry + CountersDescriptor.LABEL_LENGTH_OFFSET, CountersDescriptor.LABEL_MAX_BYTES);
    }

    public String sentence(final int counter) {
        final long entry = CountersDescriptor.entryOffset(counter);
        return text(entry + CountersDescriptor.SENTENCE_LENGTH_OFFSET, CountersDescriptor.SENTENCE_MAX_BYTES);
    }

    public long value(final int counter) {
        return Words.getOpaque(segment, CountersDescriptor.valueOffset(capacity, counter));
    }

    /** Shows every counter to {@code visitor}. */
    public void forEach(final Visitor visitor) {
        final int count = count();
        for (int counter = 0; counter < count; counter++) {
            visitor.onCounter(counter, label(counter), sentence(counter), value(counter));
        }
    }

    private String text(final long offset, final int maxBytes) {
        final int length = Math.min(Short.toUnsignedInt(segment.get(JAVA_SHORT, offset)), maxBytes);
        final byte[] bytes = segment.asSlice(offset + Short.BYTES, length).toArray(JAVA_BYTE);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
