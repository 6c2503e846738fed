package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.data;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.MS;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The window that we advertise: RFC 9293 3.8.6, RFC 7323 2. */
class ReceiveWindowTest {
    private static final int SCALE = 5;

    private final TcpTester tester = new TcpTester();

    @BeforeEach
    void doNotRead() {
        tester.reading = false;
        tester.settings.receiveBufferBytes = 100_000;
    }

    private long edgeOf(final SentSegment segment) {
        return segment.ack() - 1 + ((long) segment.window << SCALE);
    }

    private void establish() {
        tester.establish(of("S").offers(), 512).noQuickAcks();
    }

    @Test
    void shouldAdvertiseBufferOnceScalingIsInForce() {
        establish();
        tester.write(1);
        assertEquals(100_000, edgeOf(tester.expectData(1, 1)));
        assertEquals(100_000, tester.lastEdge);
    }

    @Test
    void shouldNotAdvertiseMoreThanFieldHoldsWithoutScaling() {
        tester.establish(of("S").mss(1_460), 65_535);
        tester.write(1);
        assertEquals(65_535, tester.expectData(1, 1).window);
    }

    @Test
    void shouldNotMoveEdgeWhileHostDoesNotRead() {
        establish();
        tester.write(1);
        final long edge = edgeOf(tester.expectData(1, 1));
        tester.inject(data(1, 2, 2_920).gsoSize(1_460));
        final SentSegment ack = tester.expectAck(2_921);
        assertTrue(edgeOf(ack) >= edge && edgeOf(ack) < edge + 32, ack::toString);
    }

    @Test
    void shouldNeverPassStreamRing() {
        tester.settings.receiveBufferBytes = Integer.MAX_VALUE;
        establish();
        tester.write(1);
        assertTrue(edgeOf(tester.expectData(1, 1)) <= tester.configuration.streamBytes);
    }

    @Test
    void shouldNotRetreatWhenAckIsNoMultipleOfScale() {
        establish();
        long edge = 0;
        for (int i = 0; i < 1_000; i++) {
            tester.inject(data(1 + i * 3, 1, 3));
            tester.connection().ackOwed = true;
            tester.engine().onTxWritten(tester.connection(), i + 1);
            tester.flush();
            final long next = edgeOf(tester.sent.removeLast());
            assertTrue(next >= edge, "edge went from " + edge + " to " + next);
            edge = next;
            tester.inject(SegmentSpec.ackOf(1 + (i + 1) * 3, 2 + i));
        }
    }

    @Test
    void shouldMoveEdgeOnlyByASegmentOrMore() {
        establish();
        tester.write(1);
        final long edge = edgeOf(tester.expectData(1, 1));
        tester.inject(data(1, 2, 500));
        tester.read(500);
        tester.advance(50 * MS);
        assertTrue(edgeOf(tester.expectAck(501)) < edge + 32);
        tester.inject(data(501, 2, 1_000));
        tester.read(1_500);
        tester.advance(50 * MS);
        assertTrue(edgeOf(tester.expectAck(1_501)) >= edge + 1_460);
    }

    @Test
    void shouldCloseWindowAndOpenItWhenHostReads() {
        establish();
        tester.write(1);
        tester.sent.clear();
        tester.inject(data(1, 2, 60_000).gsoSize(1_460));
        tester.expectAck(60_001);
        tester.inject(data(60_001, 2, 40_000).gsoSize(1_460));
        assertEquals(0, tester.expectAck(100_001).window);
        tester.read(50_000);
        final SentSegment update = tester.expectAck(100_001);
        assertEquals(150_000, edgeOf(update), 32);
    }

    @Test
    void shouldNotUpdateWindowForLittle() {
        establish();
        tester.inject(data(1, 1, 65_000).gsoSize(1_460));
        tester.expectAck(65_001);
        tester.read(1_000);
        tester.expectNothing();
    }

    @Test
    void shouldDropDataWhileWindowIsClosed() {
        tester.settings.receiveBufferBytes = 4_096;
        establish();
        tester.inject(data(1, 1, 4_096).gsoSize(1_460));
        assertEquals(0, tester.expectAck(4_097).window);
        tester.inject(data(4_097, 1, 1));
        assertEquals(0, tester.expectAck(4_097).window);
        assertEquals(1, tester.placed.size());
    }

    @Test
    void shouldTakeAckWhileWindowIsClosed() {
        tester.settings.receiveBufferBytes = 4_096;
        establish();
        tester.inject(data(1, 1, 4_096).gsoSize(1_460));
        tester.expectAck(4_097);
        tester.write(10);
        tester.inject(SegmentSpec.ackOf(4_097, 11));
        assertEquals(10, tester.connection().txAcked());
    }

    @Test
    void shouldTakeAckOfPeerThatHasFilledTheWindowWithAHoleInIt() {
        tester.settings.receiveBufferBytes = 4_096;
        establish();
        tester.inject(data(2_001, 1, 2_096));
        tester.expectAck(1);
        tester.write(10);
        tester.inject(SegmentSpec.ackOf(4_097, 11));
        assertEquals(10, tester.connection().txAcked());
    }
}
