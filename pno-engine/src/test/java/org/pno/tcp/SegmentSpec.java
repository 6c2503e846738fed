package org.pno.tcp;

import java.lang.foreign.MemorySegment;
import org.pno.wire.TcpHeader;
import org.pno.wire.TcpOptions;

/** A segment for a test to inject: what it does not say is zero or absent. Numbers are told from each side's SYN. */
final class SegmentSpec {
    private final int flags;
    private long seq;
    private long ack;
    private int window = 512;
    private int length;
    private int gsoSize;
    private int ecn;
    private final TcpOptions options = new TcpOptions();

    private SegmentSpec(final int flags) {
        this.flags = flags;
    }

    /** Flags as a string of S, A, F, R, P, E, C. */
    static SegmentSpec of(final String flags) {
        int bits = 0;
        for (int i = 0; i < flags.length(); i++) {
            bits |= switch (flags.charAt(i)) {
                case 'S' -> TcpHeader.SYN;
                case 'A' -> TcpHeader.ACK;
                case 'F' -> TcpHeader.FIN;
                case 'R' -> TcpHeader.RST;
                case 'P' -> TcpHeader.PSH;
                case 'E' -> TcpHeader.ECE;
                case 'C' -> TcpHeader.CWR;
                default -> throw new IllegalArgumentException(flags);
            };
        }
        return new SegmentSpec(bits);
    }

    /** A plain ACK. */
    static SegmentSpec ackOf(final long seq, final long ack) {
        return of("A").seq(seq).ack(ack);
    }

    /** Payload. */
    static SegmentSpec data(final long seq, final long ack, final int length) {
        return of("A").seq(seq).ack(ack).length(length);
    }

    SegmentSpec seq(final long number) {
        seq = number;
        return this;
    }

    SegmentSpec ack(final long number) {
        ack = number;
        return this;
    }

    SegmentSpec window(final int field) {
        window = field;
        return this;
    }

    SegmentSpec length(final int bytes) {
        length = bytes;
        return this;
    }

    /** It is a super-segment made of segments of this payload. */
    SegmentSpec gsoSize(final int bytes) {
        gsoSize = bytes;
        return this;
    }

    SegmentSpec mss(final int bytes) {
        options.mss(bytes);
        return this;
    }

    SegmentSpec windowScale(final int shift) {
        options.windowScale(shift);
        return this;
    }

    SegmentSpec sackPermitted() {
        options.sackPermitted(true);
        return this;
    }

    SegmentSpec timestamps(final int value, final int echo) {
        options.timestamps(value, echo);
        return this;
    }

    /** A Fast Open cookie of eight bytes, or, with 0 bytes, the wish for one. */
    SegmentSpec cookie(final int bytes, final long value) {
        options.cookie(bytes, value, 0);
        return this;
    }

    /** The SYN options of a modern peer but for timestamps: MSS 1460, window scale 7, SACK. */
    SegmentSpec offers() {
        return mss(TcpTester.MSS).windowScale(7).sackPermitted();
    }

    /** A SACK block, told from our SYN, once the tester has it written. */
    SegmentSpec sack(final long left, final long right) {
        options.addSackBlock((int) left, (int) right);
        return this;
    }

    /** The router's mark: CE. */
    SegmentSpec marked() {
        ecn = Ecn.CE;
        return this;
    }

    int ecn() {
        return ecn;
    }

    int gsoSize() {
        return gsoSize;
    }

    boolean hasTimestamps() {
        return options.timestamps();
    }

    int timestampValue() {
        return options.timestampValue();
    }

    /** Writes it; the answer is its length. */
    int write(
            final MemorySegment memory,
            final long at,
            final int sourcePort,
            final int destinationPort,
            final int peerIss,
            final int ourIss) {
        final TcpHeader header = new TcpHeader()
                .wrap(memory, at)
                .sourcePort(sourcePort)
                .destinationPort(destinationPort)
                .sequence(peerIss + (int) seq)
                .acknowledgment((flags & TcpHeader.ACK) == 0 ? 0 : ourIss + (int) ack)
                .flags(flags)
                .window(window);
        final TcpOptions absolute = new TcpOptions();
        absolute.mss(options.mss()).windowScale(options.windowScale()).sackPermitted(options.sackPermitted());
        if (options.timestamps()) {
            absolute.timestamps(options.timestampValue(), options.timestampEcho());
        }
        absolute.cookie(options.cookieBytes(), options.cookieHi(), options.cookieLo());
        for (int i = 0; i < options.sackBlockCount(); i++) {
            absolute.addSackBlock(ourIss + options.sackLeft(i), ourIss + options.sackRight(i));
        }
        final int headerLength = TcpHeader.MIN_BYTES + absolute.encode(memory, at + TcpHeader.MIN_BYTES);
        header.headerLength(headerLength);
        return headerLength + length;
    }
}
