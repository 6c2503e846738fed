package org.pno.tcp;

import java.util.ArrayList;
import java.util.List;
import org.pno.wire.TcpHeader;
import org.pno.wire.TcpOptions;

/** A segment that came out of an engine under test. */
final class SentSegment {
    final String flags;
    final int sequence;
    final int acknowledgment;
    final int window;
    /** SEG.UP; 0 without URG. */
    final int urgentPointer;

    final int length;
    final int headerLength;
    final int segmentBytes;
    final int mss;
    final int windowScale;
    final boolean sackPermitted;
    final boolean timestamps;
    final int timestampValue;
    final int timestampEcho;
    /** -1: no Fast Open option. */
    final int cookieBytes;

    final long cookie;
    final long atNs;
    int ecn;
    /** SACK blocks as {@code left-right}, told from the peer's SYN. */
    final List<String> sackBlocks = new ArrayList<>();

    private final TcpTester tester;

    SentSegment(
            final TcpHeader header,
            final TcpOptions options,
            final int length,
            final int segmentBytes,
            final TcpTester tester,
            final long atNs) {
        this.tester = tester;
        this.atNs = atNs;
        this.length = length;
        this.segmentBytes = segmentBytes;
        headerLength = header.headerLength();
        flags = (header.has(TcpHeader.SYN) ? "S" : "")
                + (header.has(TcpHeader.FIN) ? "F" : "")
                + (header.has(TcpHeader.RST) ? "R" : "")
                + (header.has(TcpHeader.PSH) ? "P" : "")
                + (header.has(TcpHeader.ACK) ? "A" : "")
                + (header.has(TcpHeader.ECE) ? "E" : "")
                + (header.has(TcpHeader.CWR) ? "C" : "");
        sequence = header.sequence();
        acknowledgment = header.acknowledgment();
        window = header.window();
        urgentPointer = header.has(TcpHeader.URG) ? header.urgentPointer() : 0;
        mss = options.mss();
        windowScale = options.windowScale();
        sackPermitted = options.sackPermitted();
        timestamps = options.timestamps();
        timestampValue = options.timestampValue();
        timestampEcho = options.timestampEcho();
        cookieBytes = options.cookieBytes();
        cookie = options.cookieHi();
        for (int i = 0; i < options.sackBlockCount(); i++) {
            sackBlocks.add(fromPeerSyn(options.sackLeft(i)) + "-" + fromPeerSyn(options.sackRight(i)));
        }
    }

    private static int fromPeerSyn(final int number) {
        return number - TcpTester.PEER_ISS;
    }

    /** SEG.SEQ, told from our SYN. */
    int seq() {
        return sequence - tester.ourIss;
    }

    /** SEG.ACK, told from the peer's SYN. */
    int ack() {
        return fromPeerSyn(acknowledgment);
    }

    @Override
    public String toString() {
        return flags + " seq " + seq() + " ack " + ack() + " len " + length + " win " + window
                + (sackBlocks.isEmpty() ? "" : " sack " + sackBlocks);
    }
}
