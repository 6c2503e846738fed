package org.pno.tcp;

import static org.pno.tcp.SegmentSpec.ackOf;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.MS;

/**
 * A connection with a round-trip time of 20 ms that has sent segments of 1,000 bytes: segment n begins at 1 + 1000 n.
 * Unless a test lets it pass, no time passes.
 */
final class RecoveryScenario {
    static final int MSS = 1_000;
    static final long RTT = 20 * MS;
    private static final int WINDOW = 4_096;

    final TcpTester tester = new TcpTester();
    /** Our timestamp clock at the beginning, and the peer's. */
    private int firstClock;

    private int peerClock;

    /** With SACK, without timestamps. */
    RecoveryScenario establish() {
        return establish(of("S").offers().mss(MSS));
    }

    /** With what the SYN offers. */
    RecoveryScenario establish(final SegmentSpec syn) {
        tester.handshakeNs = RTT;
        final boolean timestamps = syn.hasTimestamps();
        // With timestamps a segment would have 12 bytes less.
        tester.establish(timestamps ? syn.mss(MSS + 12) : syn, WINDOW);
        firstClock = timestamps ? tester.ourTimestamp() : 0;
        peerClock = syn.timestampValue() + 1;
        return this;
    }

    /** Writes segments that the window lets go at once, and lets a round trip pass. */
    RecoveryScenario flight(final int segments) {
        tester.write(segments * MSS);
        tester.sent.clear();
        tester.nowNs += RTT;
        return this;
    }

    Connection connection() {
        return tester.connection();
    }

    static long at(final int segment) {
        return 1 + (long) segment * MSS;
    }

    SegmentSpec ack(final int segment) {
        return ackOf(1, at(segment)).window(WINDOW);
    }

    /** An ACK with segments {@code from} to {@code to}, exclusive, reported. */
    SegmentSpec sack(final int segment, final int from, final int to) {
        return ack(segment).sack(at(from), at(to));
    }

    /** An ACK that echoes our timestamp of so long after the beginning. */
    SegmentSpec echo(final SegmentSpec segment, final long sinceNs) {
        return segment.timestamps(peerClock++, firstClock + (int) (sinceNs / MS));
    }

    /** The next segment sent, from {@code segment} on. */
    void expect(final int segment, final int count) {
        tester.expectData(at(segment), count * MSS);
    }

    long counted(final TcpCounter counter) {
        return tester.counted(counter);
    }
}
