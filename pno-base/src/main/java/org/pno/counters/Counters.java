package org.pno.counters;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.pno.memory.CacheLine;
import org.pno.memory.Words;

/**
 * The writer of a counters segment: one thread makes counters and counts; any thread or process may read along with a
 * {@link CountersReader}. Layout: {@link CountersDescriptor}.
 */
public final class Counters {
    private final MemorySegment segment;
    private final int capacity;
    private final long valuesOffset;
    private int count;

    /**
     * Starts counting from zero in {@code segment}, whose contents are overwritten.
     *
     * @param segment of {@link CountersDescriptor#segmentBytes} bytes at least, aligned to 8
     * @param capacity counters that it has room for
     */
    public Counters(final MemorySegment segment, final int capacity) {
        final long bytes = CountersDescriptor.segmentBytes(capacity);
        if (segment.byteSize() < bytes) {
            throw new IllegalArgumentException(
                    capacity + " counters need " + bytes + " bytes, the segment has " + segment.byteSize());
        }
        this.segment = segment.asSlice(0, bytes);
        this.capacity = capacity;
        valuesOffset = CountersDescriptor.valueOffset(capacity, 0);
        this.segment.fill((byte) 0);
        this.segment.set(JAVA_INT, CountersDescriptor.VERSION_OFFSET, CountersDescriptor.VERSION);
        this.segment.set(JAVA_INT, CountersDescriptor.CAPACITY_OFFSET, capacity);
        // Pairs with the reader's constructor: a segment with the magic has its header.
        Words.setRelease(this.segment, CountersDescriptor.MAGIC_OFFSET, CountersDescriptor.MAGIC);
    }

    /** Counters in memory of this process only, for good. */
    public static Counters anonymous(final int capacity) {
        return new Counters(
                Arena.global().allocate(CountersDescriptor.segmentBytes(capacity), CacheLine.BYTES), capacity);
    }

    /** The memory counted in, for a {@link CountersReader}. */
    public MemorySegment segment() {
        return segment;
    }

    /**
     * Makes a counter.
     *
     * @param label its name, {@link CountersDescriptor#LABEL_MAX_BYTES} at most
     * @param sentence what it means, {@link CountersDescriptor#SENTENCE_MAX_BYTES} at most
     * @return its number: 0 for the first, then 1 more each time
     */
    public int add(final String label, final String sentence) {
        if (count == capacity) {
            throw new IllegalStateException("no room for counter " + label + ": all " + capacity + " are taken");
        }
        final long entry = CountersDescriptor.entryOffset(count);
        write(entry + CountersDescriptor.LABEL_LENGTH_OFFSET, label, CountersDescriptor.LABEL_MAX_BYTES);
        write(entry + CountersDescriptor.SENTENCE_LENGTH_OFFSET, sentence, CountersDescriptor.SENTENCE_MAX_BYTES);
        final int counter = count++;
        // Pairs with CountersReader.count(): what it counts is complete.
        Words.setRelease(segment, CountersDescriptor.COUNT_OFFSET, count);
        return counter;
    }

    /** Makes a counter for each constant of an enum. */
    public <K extends Enum<K> & CounterKey> CounterGroup<K> addAll(final Class<K> keys) {
        final int first = count;
        for (final K key : keys.getEnumConstants()) {
            add(key.label(), key.sentence());
        }
        return new CounterGroup<>(this, first);
    }

    /** Counts one. */
    public void increment(final int counter) {
        increase(counter, 1);
    }

    /** Counts {@code delta}. */
    public void increase(final int counter, final long delta) {
        final long offset = valuesOffset + (long) counter * CountersDescriptor.VALUE_BYTES;
        // One writer: no read-modify-write. Opaque, so that a reader sees whole words, each in its own good time.
        Words.setOpaque(segment, offset, segment.get(JAVA_LONG, offset) + delta);
    }

    /** Sets a counter that is a level. */
    public void set(final int counter, final long value) {
        Words.setOpaque(segment, valuesOffset + (long) counter * CountersDescriptor.VALUE_BYTES, value);
    }

    public long value(final int counter) {
        return segment.get(JAVA_LONG, valuesOffset + (long) counter * CountersDescriptor.VALUE_BYTES);
    }

    private void write(final long offset, final String text, final int maxBytes) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > maxBytes) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" has " + bytes.length + " bytes, a counter's text here at most " + maxBytes);
        }
        segment.set(JAVA_SHORT, offset, (short) bytes.length);
        MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, offset + Short.BYTES, bytes.length);
    }
}
