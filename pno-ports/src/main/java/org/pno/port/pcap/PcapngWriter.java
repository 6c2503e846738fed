package org.pno.port.pcap;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes frames to a capture file in the form pcapng (draft-ietf-opsawg-pcapng): one section, Ethernet interfaces,
 * times in nanoseconds. Gathers in memory and writes when that is full, at {@link #flush} and at {@link #close}. One
 * thread.
 *
 * <pre>
 *   section header ─ interface description … ─ enhanced packet …       all fields of the machine, little-endian
 *
 *   block:  0      4        8                                  length - 4   length
 *           +------+--------+----------------------------------+------------+
 *           | type | length | body, options, padded to 4 bytes | length     |
 *           +------+--------+----------------------------------+------------+
 * </pre>
 */
public final class PcapngWriter implements Closeable {
    /** Which way a frame went, as the flags of its block say. */
    public enum Direction {
        UNKNOWN,
        INBOUND,
        OUTBOUND
    }

    private static final int SECTION_HEADER = 0x0A0D_0D0A;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int ENHANCED_PACKET = 6;
    private static final int BYTE_ORDER_MAGIC = 0x1A2B_3C4D;
    private static final int LINK_TYPE_ETHERNET = 1;

    private static final short OPTION_END = 0;
    private static final short OPTION_INTERFACE_NAME = 2;
    private static final short OPTION_PACKET_FLAGS = 2;
    private static final short OPTION_TIME_RESOLUTION = 9;
    private static final byte NANOSECONDS = 9;

    /** Type, two lengths, interface, time, two lengths of the frame, flags and the end of options. */
    private static final int PACKET_OVERHEAD_BYTES = 12 + 20 + 8 + 4;

    private static final int BUFFER_BYTES = 1 << 18;

    private final FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final MemorySegment bufferMemory = MemorySegment.ofBuffer(buffer.duplicate());
    private int interfaces;

    /** Begins a file; one that is there already is replaced. */
    public PcapngWriter(final Path path) throws IOException {
        file = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        begin(SECTION_HEADER, 28);
        buffer.putInt(BYTE_ORDER_MAGIC).putShort((short) 1).putShort((short) 0).putLong(-1); // Of unknown length.
        end(28);
    }

    /**
     * Adds an interface; frames are told apart by it.
     *
     * @return its number
     */
    public int addInterface(final String name) {
        final byte[] text = name.getBytes(StandardCharsets.UTF_8);
        final int length = 12 + 8 + 4 + padded(text.length) + 8 + 4;
        begin(INTERFACE_DESCRIPTION, length);
        buffer.putShort((short) LINK_TYPE_ETHERNET).putShort((short) 0).putInt(0); // Frames are never cut.
        buffer.putShort(OPTION_INTERFACE_NAME).putShort((short) text.length).put(text);
        pad(text.length);
        buffer.putShort(OPTION_TIME_RESOLUTION).putShort((short) 1).put(NANOSECONDS);
        pad(1);
        buffer.putShort(OPTION_END).putShort((short) 0);
        end(length);
        return interfaces++;
    }

    /**
     * Adds a frame.
     *
     * @param number the interface's
     * @param timeNs since 1970, or any other moment that all frames of the file share
     * @param frame where it stands in {@code memory}, from the Ethernet header on
     * @param length bytes
     */
    public void write(
            final int number,
            final long timeNs,
            final MemorySegment memory,
            final long frame,
            final int length,
            final Direction direction) {
        final int blockLength = PACKET_OVERHEAD_BYTES + padded(length);
        begin(ENHANCED_PACKET, blockLength);
        buffer.putInt(number).putInt((int) (timeNs >>> 32)).putInt((int) timeNs);
        buffer.putInt(length).putInt(length);
        MemorySegment.copy(memory, frame, bufferMemory, buffer.position(), length);
        buffer.position(buffer.position() + length);
        pad(length);
        buffer.putShort(OPTION_PACKET_FLAGS).putShort((short) 4).putInt(direction.ordinal());
        buffer.putShort(OPTION_END).putShort((short) 0);
        end(blockLength);
    }

    private void begin(final int type, final int length) {
        if (length > BUFFER_BYTES) {
            throw new IllegalArgumentException("a block of " + length + " bytes; " + BUFFER_BYTES + " is the most");
        }
        if (buffer.remaining() < length) {
            flush();
        }
        buffer.putInt(type).putInt(length);
    }

    private void end(final int length) {
        buffer.putInt(length);
    }

    private static int padded(final int length) {
        return length + 3 & ~3;
    }

    private void pad(final int length) {
        for (int i = length; i < padded(length); i++) {
            buffer.put((byte) 0);
        }
    }

    /** Writes what was gathered to the file. */
    public void flush() {
        try {
            buffer.flip();
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
            buffer.clear();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try (file) {
            flush();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
