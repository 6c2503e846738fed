package org.pno.wire;

import java.lang.foreign.MemorySegment;

/**
 * TCP header (RFC 9293 3.1).
 *
 * <pre>
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------------------------------+-------------------------------+
 *   |          source port          |       destination port        |
 *   +-------------------------------+-------------------------------+
 *   |                        sequence number                        |
 *   +---------------------------------------------------------------+
 *   |                    acknowledgment number                      |
 *   +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 *   | data  |       |C|E|U|A|P|R|S|F|                               |
 *   | offset| zero  |W|C|R|C|S|S|Y|I|            window             |
 *   |       |       |R|E|G|K|H|T|N|N|                               |
 *   +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 *   |           checksum            |        urgent pointer         |
 *   +-------------------------------+-------------------------------+
 *   |                   options, 0 to 40 bytes                      |
 * </pre>
 *
 * After {@link #validate} has returned null for a segment, no accessor can fail or reach beyond it. The setters write
 * into memory of {@link #MAX_BYTES} at least and leave the options to {@link TcpOptions}.
 */
public final class TcpHeader {
    /** Without options. */
    public static final int MIN_BYTES = 20;

    /** With all the options there can be. */
    public static final int MAX_BYTES = 60;

    public static final int FIN = 0x01;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;
    public static final int URG = 0x20;
    public static final int ECE = 0x40;
    public static final int CWR = 0x80;

    /** Where the checksum field stands, for a port that completes it. */
    public static final int CHECKSUM_OFFSET = 16; // u16

    private static final int SOURCE_PORT_OFFSET = 0; // u16
    private static final int DESTINATION_PORT_OFFSET = 2; // u16
    private static final int SEQUENCE_OFFSET = 4; // u32
    private static final int ACKNOWLEDGMENT_OFFSET = 8; // u32
    private static final int DATA_OFFSET_OFFSET = 12; // u8, upper half: 4-byte words
    private static final int FLAGS_OFFSET = 13; // u8
    private static final int WINDOW_OFFSET = 14; // u16
    private static final int URGENT_POINTER_OFFSET = 18; // u16

    private MemorySegment segment;
    private long offset;

    /**
     * Why a segment is refused, or null. The checksum is not looked at: see {@link #validateChecksum}.
     *
     * @param length bytes of the whole segment, that is, the IP payload
     */
    public static WireDrop validate(final MemorySegment segment, final long offset, final int length) {
        if (length < MIN_BYTES) {
            return WireDrop.TCP_TRUNCATED;
        }
        final int headerLength = BigEndian.u8(segment, offset + DATA_OFFSET_OFFSET) >>> 4 << 2;
        return headerLength < MIN_BYTES || headerLength > length ? WireDrop.TCP_DATA_OFFSET : null;
    }

    /**
     * Why the checksum of a segment is refused, or null.
     *
     * @param length bytes of the whole segment
     * @param pseudoHeaderSum from {@link Checksum#pseudoHeader}
     */
    public static WireDrop validateChecksum(
            final MemorySegment segment, final long offset, final int length, final long pseudoHeaderSum) {
        final long sum = pseudoHeaderSum + Checksum.sum(segment, offset, length);
        return Checksum.isValid(sum) ? null : WireDrop.TCP_CHECKSUM;
    }

    public TcpHeader wrap(final MemorySegment segment, final long offset) {
        this.segment = segment;
        this.offset = offset;
        return this;
    }

    public int sourcePort() {
        return BigEndian.u16(segment, offset + SOURCE_PORT_OFFSET);
    }

    public TcpHeader sourcePort(final int port) {
        BigEndian.u16(segment, offset + SOURCE_PORT_OFFSET, port);
        return this;
    }

    public int destinationPort() {
        return BigEndian.u16(segment, offset + DESTINATION_PORT_OFFSET);
    }

    public TcpHeader destinationPort(final int port) {
        BigEndian.u16(segment, offset + DESTINATION_PORT_OFFSET, port);
        return this;
    }

    /** SEG.SEQ; see {@link SeqNum}. */
    public int sequence() {
        return BigEndian.i32(segment, offset + SEQUENCE_OFFSET);
    }

    public TcpHeader sequence(final int seq) {
        BigEndian.i32(segment, offset + SEQUENCE_OFFSET, seq);
        return this;
    }

    /** SEG.ACK, meaningful with {@link #ACK}; see {@link SeqNum}. */
    public int acknowledgment() {
        return BigEndian.i32(segment, offset + ACKNOWLEDGMENT_OFFSET);
    }

    public TcpHeader acknowledgment(final int seq) {
        BigEndian.i32(segment, offset + ACKNOWLEDGMENT_OFFSET, seq);
        return this;
    }

    /** Bytes, options included. */
    public int headerLength() {
        return BigEndian.u8(segment, offset + DATA_OFFSET_OFFSET) >>> 4 << 2;
    }

    /**
     * Writes the data offset and zeros beside it.
     *
     * @param bytes {@link #MIN_BYTES} to {@link #MAX_BYTES}, a multiple of 4
     */
    public TcpHeader headerLength(final int bytes) {
        BigEndian.u8(segment, offset + DATA_OFFSET_OFFSET, bytes >>> 2 << 4);
        return this;
    }

    /** The control bits, a set of {@link #FIN} to {@link #CWR}. */
    public int flags() {
        return BigEndian.u8(segment, offset + FLAGS_OFFSET);
    }

    public TcpHeader flags(final int flags) {
        BigEndian.u8(segment, offset + FLAGS_OFFSET, flags);
        return this;
    }

    /** True if any of these control bits is set. */
    public boolean has(final int flags) {
        return (flags() & flags) != 0;
    }

    /** SEG.WND as it stands there, not scaled. */
    public int window() {
        return BigEndian.u16(segment, offset + WINDOW_OFFSET);
    }

    public TcpHeader window(final int unscaled) {
        BigEndian.u16(segment, offset + WINDOW_OFFSET, unscaled);
        return this;
    }

    public int checksum() {
        return BigEndian.u16(segment, offset + CHECKSUM_OFFSET);
    }

    /**
     * Writes the checksum field: a finished checksum, or the folded sum of the pseudo header for a port that completes
     * it (NEEDS_CSUM).
     */
    public TcpHeader checksum(final int value) {
        BigEndian.u16(segment, offset + CHECKSUM_OFFSET, value);
        return this;
    }

    /** SEG.UP, meaningful with {@link #URG}. */
    public int urgentPointer() {
        return BigEndian.u16(segment, offset + URGENT_POINTER_OFFSET);
    }

    public TcpHeader urgentPointer(final int value) {
        BigEndian.u16(segment, offset + URGENT_POINTER_OFFSET, value);
        return this;
    }

    /** Where the options start, in the segment. */
    public long optionsOffset() {
        return offset + MIN_BYTES;
    }

    /** Bytes of options, 0 to 40. */
    public int optionsLength() {
        return headerLength() - MIN_BYTES;
    }

    /** Where the payload starts, in the segment. */
    public long payloadOffset() {
        return offset + headerLength();
    }
}
