package org.pno.tcp;

import java.lang.foreign.MemorySegment;
import org.pno.wire.SeqNum;
import org.pno.wire.TcpHeader;
import org.pno.wire.TcpOptions;

/**
 * A segment that came in: its header read into fields, its payload left where it is. One object per engine, filled
 * again for each segment; a super-segment is one segment. RFC 9293 3.3.1's SEG variables.
 */
public final class Segment extends Flow {
    private static final int CONTROL_FLAGS = TcpHeader.FIN | TcpHeader.SYN | TcpHeader.RST | TcpHeader.ACK;

    private final TcpHeader header = new TcpHeader();
    private final TcpOptions options = new TcpOptions();

    private int sequence;
    private int acknowledgment;
    private int flags;
    private int codepoint;
    private int window;
    private int urgentPointer;
    private int payloadLength;
    private long payload;
    private int wireSegmentBytes;

    /** SEG.SEQ and SEG.ACK as positions in the streams of the connection, once {@link #locate} has found them. */
    long position;

    long ackPosition;

    /** Sets who sent it to whom; then {@link #parse}. */
    public Segment addresses(
            final long sourceHi, final long sourceLo, final long destinationHi, final long destinationLo) {
        remoteHi = sourceHi;
        remoteLo = sourceLo;
        localHi = destinationHi;
        localLo = destinationLo;
        return this;
    }

    /** Sets the ports alone, of a segment that only names a flow. */
    public Segment ports(final int source, final int destination) {
        remotePort = source;
        localPort = destination;
        return this;
    }

    /**
     * Reads a segment that {@link TcpHeader#validate} has found sound.
     *
     * @param length bytes of header and payload
     * @param gsoSizeBytes payload of each segment that a super-segment was made of, 0 if it is a plain segment
     */
    public Segment parse(final MemorySegment memory, final long offset, final int length, final int gsoSizeBytes) {
        header.wrap(memory, offset);
        remotePort = header.sourcePort();
        localPort = header.destinationPort();
        sequence = header.sequence();
        acknowledgment = header.acknowledgment();
        flags = header.flags();
        codepoint = Ecn.NOT_ECT;
        window = header.window();
        urgentPointer = header.urgentPointer();
        payload = header.payloadOffset();
        payloadLength = length - header.headerLength();
        wireSegmentBytes = gsoSizeBytes > 0 ? Math.min(gsoSizeBytes, payloadLength) : payloadLength;
        options.parse(memory, header.optionsOffset(), header.optionsLength());
        return this;
    }

    /** After {@link #parse}: the ECN field of the IP packet it came in. */
    public Segment codepoint(final int ecn) {
        codepoint = ecn;
        return this;
    }

    int codepoint() {
        return codepoint;
    }

    /**
     * Finds where the segment stands in a connection's streams: the only place where a sequence number that came in
     * becomes a position.
     */
    void locate(final Connection connection) {
        position = SeqNum.extend(connection.rcvNxt, connection.sequenceExpected(), sequence);
        ackPosition = SeqNum.extend(connection.sndUna, connection.sequenceOf(connection.sndUna), acknowledgment);
    }

    /**
     * Instead of {@link #parse}: a segment of ours that an ICMP error quotes.
     *
     * @param sequenceNumber SEG.SEQ of the quoted segment
     */
    public Segment quote(final int ourPort, final int peerPort, final int sequenceNumber) {
        localPort = ourPort;
        remotePort = peerPort;
        sequence = sequenceNumber;
        flags = 0;
        payloadLength = 0;
        return this;
    }

    /** As {@link #locate} for a quoted segment, which stands in our own stream. */
    void locateQuoted(final Connection connection) {
        position = SeqNum.extend(connection.sndUna, connection.sequenceOf(connection.sndUna), sequence);
    }

    /** SEG.SEQ. */
    int sequence() {
        return sequence;
    }

    /** SEG.ACK. */
    int acknowledgment() {
        return acknowledgment;
    }

    /** SEG.WND, not scaled. */
    int window() {
        return window;
    }

    /** SYN, FIN, RST and ACK, as they are. */
    int controlFlags() {
        return flags & CONTROL_FLAGS;
    }

    boolean isSyn() {
        return (flags & TcpHeader.SYN) != 0;
    }

    boolean isAck() {
        return (flags & TcpHeader.ACK) != 0;
    }

    boolean isRst() {
        return (flags & TcpHeader.RST) != 0;
    }

    boolean isEce() {
        return (flags & TcpHeader.ECE) != 0;
    }

    boolean isCwr() {
        return (flags & TcpHeader.CWR) != 0;
    }

    boolean isFin() {
        return (flags & TcpHeader.FIN) != 0;
    }

    boolean isUrgent() {
        return (flags & TcpHeader.URG) != 0;
    }

    /** SEG.UP. */
    int urgentPointer() {
        return urgentPointer;
    }

    /** Bytes of payload. */
    int payloadLength() {
        return payloadLength;
    }

    /** Offset of the first byte of payload in the memory it was parsed from. */
    long payload() {
        return payload;
    }

    /** Bytes of payload that each segment on the wire had, but for the last. */
    int wireSegmentBytes() {
        return wireSegmentBytes;
    }

    /** Segments on the wire that it was made of. */
    int wireSegments() {
        return wireSegmentBytes == 0 ? 1 : (payloadLength + wireSegmentBytes - 1) / wireSegmentBytes;
    }

    /** SEG.LEN: payload, SYN and FIN. */
    int sequenceLength() {
        return payloadLength + (isSyn() ? 1 : 0) + (isFin() ? 1 : 0);
    }

    TcpOptions options() {
        return options;
    }
}
