package org.pno.port.pcap;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes frames to a capture file in the form pcapng (draft-ietf-opsawg-pcapng): one section, Ethernet interfaces,
 * times in nanoseconds. Gathers in memory and writes when that is full, at {@link #flush} and at {@link #close}. One
 * thread.
 *
 * <pre>
 *   section header ─ interface description … ─ enhanced packet … ─ interface statistics …       all little-endian
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
    private static final int INTERFACE_STATISTICS = 5;
    private static final int ENHANCED_PACKET = 6;
    private static final int BYTE_ORDER_MAGIC = 0x1A2B_3C4D;
    private static final int LINK_TYPE_ETHERNET = 1;

    private static final short OPTION_END = 0;
    private static final short OPTION_INTERFACE_NAME = 2;
    private static final short OPTION_PACKET_FLAGS = 2;
    private static final short OPTION_APPLICATION = 4;
    private static final short OPTION_TIME_RESOLUTION = 9;
    private static final short OPTION_FILTER_ACCEPT = 6;
    private static final short OPTION_SYSTEM_DROP = 7;
    private static final short OPTION_DELIVERED = 8;
    private static final byte NANOSECONDS = 9;

    /** Type, two lengths, interface, time, two lengths of the frame, flags and the end of options. */
    private static final int PACKET_OVERHEAD_BYTES = 12 + 20 + 8 + 4;

    /** Type, two lengths, interface, time, three options of eight bytes and the end of options. */
    private static final int STATISTICS_BYTES = 12 + 12 + 3 * 12 + 4;

    private static final int BUFFER_BYTES = 1 << 18;
    private static final String APPLICATION = "PnO";

    private final WritableByteChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final MemorySegment bufferMemory = MemorySegment.ofBuffer(buffer.duplicate());
    private int interfaces;

    /** Begins a file; one that is there already is replaced. */
    public PcapngWriter(final Path path) throws IOException {
        this(FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING));
    }

    /** Begins a capture that goes to a channel, a pipe for instance, which is closed in the end. */
    public PcapngWriter(final WritableByteChannel channel) {
        file = channel;
        final byte[] application = APPLICATION.getBytes(StandardCharsets.UTF_8);
        final int length = 28 + 4 + padded(application.length) + 4;
        begin(SECTION_HEADER, length);
        buffer.putInt(BYTE_ORDER_MAGIC).putShort((short) 1).putShort((short) 0).putLong(-1); // Of unknown length.
        option(OPTION_APPLICATION, application);
        buffer.putShort(OPTION_END).putShort((short) 0);
        end(length);
    }

    /**
     * Adds an interface whose frames are never cut; frames are told apart by it.
     *
     * @return its number
     */
    public int addInterface(final String name) {
        return addInterface(name, 0);
    }

    /**
     * Adds an interface.
     *
     * @param snapBytes what is kept of a frame at most; 0: all
     * @return its number
     */
    public int addInterface(final String name, final int snapBytes) {
        final byte[] text = name.getBytes(StandardCharsets.UTF_8);
        final int length = 12 + 8 + 4 + padded(text.length) + 8 + 4;
        begin(INTERFACE_DESCRIPTION, length);
        buffer.putShort((short) LINK_TYPE_ETHERNET).putShort((short) 0).putInt(snapBytes);
        option(OPTION_INTERFACE_NAME, text);
        buffer.putShort(OPTION_TIME_RESOLUTION).putShort((short) 1).put(NANOSECONDS);
        pad(1);
        buffer.putShort(OPTION_END).putShort((short) 0);
        end(length);
        return interfaces++;
    }

    private void option(final short code, final byte[] value) {
        buffer.putShort(code).putShort((short) value.length).put(value);
        pad(value.length);
    }

    /**
     * Adds a whole frame.
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
        write(number, timeNs, memory, frame, length, length, direction);
    }

    /**
     * Adds what was kept of a frame.
     *
     * @param length bytes that were kept
     * @param originalLength bytes that the frame had
     */
    public void write(
            final int number,
            final long timeNs,
            final MemorySegment memory,
            final long frame,
            final int length,
            final int originalLength,
            final Direction direction) {
        final int blockLength = PACKET_OVERHEAD_BYTES + padded(length);
        begin(ENHANCED_PACKET, blockLength);
        buffer.putInt(number).putInt((int) (timeNs >>> 32)).putInt((int) timeNs);
        buffer.putInt(length).putInt(originalLength);
        MemorySegment.copy(memory, frame, bufferMemory, buffer.position(), length);
        buffer.position(buffer.position() + length);
        pad(length);
        buffer.putShort(OPTION_PACKET_FLAGS).putShort((short) 4).putInt(direction.ordinal());
        buffer.putShort(OPTION_END).putShort((short) 0);
        end(blockLength);
    }

    /**
     * Adds what an interface's capture came to.
     *
     * @param timeNs on the clock of the frames
     * @param accepted frames that the filter let through
     * @param dropped of these, frames that there was no room for
     * @param delivered frames that were written
     */
    public void statistics(
            final int number, final long timeNs, final long accepted, final long dropped, final long delivered) {
        begin(INTERFACE_STATISTICS, STATISTICS_BYTES);
        buffer.putInt(number).putInt((int) (timeNs >>> 32)).putInt((int) timeNs);
        buffer.putShort(OPTION_FILTER_ACCEPT).putShort((short) 8).putLong(accepted);
        buffer.putShort(OPTION_SYSTEM_DROP).putShort((short) 8).putLong(dropped);
        buffer.putShort(OPTION_DELIVERED).putShort((short) 8).putLong(delivered);
        buffer.putShort(OPTION_END).putShort((short) 0);
        end(STATISTICS_BYTES);
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
