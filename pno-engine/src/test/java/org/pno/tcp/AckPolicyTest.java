package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.pno.tcp.SegmentSpec.ackOf;
import static org.pno.tcp.SegmentSpec.data;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.MS;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When ACKs go out, and what they say: RFC 5681 4.2, RFC 9293 3.8.6.3, RFC 2018 4. */
class AckPolicyTest {
    private final TcpTester tester = new TcpTester();

    @BeforeEach
    void establish() {
        tester.establish(of("S").offers(), 512).noQuickAcks();
    }

    @Test
    void shouldDelayAckOfOneSegmentBy40Ms() {
        tester.inject(data(1, 1, 100));
        tester.expectNothingFor(39 * MS);
        tester.advance(2 * MS);
        tester.expectAck(101);
        assertEquals(1, tester.counted(TcpCounter.DELAYED_ACKS));
    }

    @Test
    void shouldAcknowledgeEverySecondFullSegment() {
        tester.inject(data(1, 1, 1_460));
        tester.expectNothing();
        tester.inject(data(1_461, 1, 1_460));
        tester.expectAck(2_921);
    }

    @Test
    void shouldCountSuperSegmentAsItsSegments() {
        tester.inject(data(1, 1, 2_920).gsoSize(1_460));
        tester.expectAck(2_921);
    }

    @Test
    void shouldSendOneAckForManySegmentsOfACycle() {
        for (int i = 0; i < 8; i++) {
            tester.injectWithoutFlush(data(1 + i * 1_460, 1, 1_460));
        }
        tester.flush();
        tester.expectAck(1 + 8 * 1_460);
        tester.expectNothing();
    }

    @Test
    void shouldSendAckAlongWithData() {
        tester.inject(data(1, 1, 100));
        tester.write(50);
        assertEquals(101, tester.expectData(1, 50).ack());
        tester.inject(ackOf(101, 51));
        tester.expectNothingFor(100 * MS);
    }

    @Test
    void shouldAcknowledgeQuicklyAtStart() {
        tester.connection().quickAcks = 2;
        tester.inject(data(1, 1, 10));
        tester.expectAck(11);
        tester.inject(data(11, 1, 10));
        tester.expectAck(21);
        tester.inject(data(21, 1, 10));
        tester.expectNothing();
    }

    @Test
    void shouldDelayOnceAnswersTakeAcksAlong() {
        tester.connection().quickAcks = 16;
        tester.publishing = false;
        tester.inject(data(1, 1, 10));
        tester.engine().onPublished(tester.connection(), 10, false);
        tester.write(10);
        assertEquals(11, tester.expectData(1, 10).ack());
        tester.inject(data(11, 11, 10));
        tester.publish();
        tester.expectNothing();
    }

    @Test
    void shouldSendTheDelayedAckWhenQuickAckIsSet() {
        tester.inject(data(1, 1, 10));
        tester.expectNothing();
        tester.settings.quickAck = 3;
        tester.configure();
        tester.expectAck(11);
        tester.settings.quickAck = 5;
        tester.configure();
        tester.expectNothing();
    }

    @Test
    void shouldDelayWhenQuickAckIsCleared() {
        tester.connection().quickAcks = 16;
        tester.settings.quickAck = 2;
        tester.configure();
        tester.inject(data(1, 1, 10));
        tester.expectNothing();
        tester.settings.quickAck = 5;
        tester.configure();
        tester.expectAck(11);
        tester.inject(data(11, 1, 10));
        tester.expectAck(21);
    }

    @Test
    void shouldNotAcknowledgeWhatHostCannotSee() {
        tester.publishing = false;
        tester.inject(data(1, 1, 1_460));
        tester.inject(data(1_461, 1, 1_460));
        tester.expectNothingFor(1_000 * MS);
        tester.engine().onPublished(tester.connection(), 2_000, false);
        tester.write(10);
        assertEquals(2_001, tester.expectData(1, 10).ack());
        tester.publish();
        tester.advance(50 * MS);
        tester.expectAck(2_921);
    }

    @Test
    void shouldAnswerSegmentOutOfOrderAtOnceWithSack() {
        tester.inject(data(101, 1, 100));
        final SentSegment ack = tester.expectAck(1);
        assertEquals(List.of("101-201"), ack.sackBlocks);
        assertEquals(List.of("100+100"), tester.placed);
    }

    @Test
    void shouldReportLatestBlockFirst() {
        tester.inject(data(101, 1, 100));
        tester.inject(data(501, 1, 100));
        tester.inject(data(301, 1, 100));
        tester.inject(data(401, 1, 50));
        tester.sent.removeFirst();
        tester.sent.removeFirst();
        tester.sent.removeFirst();
        assertEquals(List.of("301-451", "501-601", "101-201"), tester.expectAck(1).sackBlocks);
    }

    @Test
    void shouldAcknowledgeAllWhenHoleIsFilled() {
        tester.inject(data(101, 1, 100));
        tester.expectAck(1);
        tester.inject(data(1, 1, 100));
        final SentSegment ack = tester.expectAck(201);
        assertEquals(List.of(), ack.sackBlocks);
    }

    @Test
    void shouldAcknowledgePartOfHoleAtOnce() {
        tester.inject(data(201, 1, 100));
        tester.expectAck(1);
        tester.inject(data(1, 1, 100));
        assertEquals(List.of("201-301"), tester.expectAck(101).sackBlocks);
    }

    @Test
    void shouldSendDuplicateAckForEachSegmentToPeerWithoutSack() {
        final TcpTester other = new TcpTester();
        other.establish(of("S").mss(1_460), 65_535);
        other.injectWithoutFlush(data(1_461, 1, 1_460));
        other.injectWithoutFlush(data(2_921, 1, 2_920).gsoSize(1_460));
        other.flush();
        other.expectAck(1);
        other.expectAck(1);
        other.expectAck(1);
        other.expectNothing();
    }

    @Test
    void shouldAcknowledgeDuplicateAtOnce() {
        tester.inject(data(1, 1, 100));
        tester.inject(data(1, 1, 100));
        tester.expectAck(101);
        assertEquals(1, tester.dropped(DropReason.DUPLICATE));
    }

    @Test
    void shouldRefuseMoreHolesThanItsBound() {
        final TcpTester other = new TcpTester();
        other.configuration.maxHoles = 2;
        other.establish(of("S").offers(), 512);
        other.inject(data(101, 1, 10));
        other.inject(data(201, 1, 10));
        other.inject(data(301, 1, 10));
        assertEquals(List.of("100+10", "200+10"), other.placed);
        assertEquals(1, other.dropped(DropReason.REASSEMBLY_FULL));
        other.inject(data(211, 1, 10));
        assertEquals(3, other.placed.size());
    }

    @Test
    void shouldDropUnacknowledgedWhatFindsNoMemory() {
        tester.placing = false;
        tester.inject(data(1, 1, 100));
        tester.expectNothingFor(100 * MS);
        assertEquals(1, tester.dropped(DropReason.NO_RECEIVE_MEMORY));
        tester.inject(data(201, 1, 100));
        tester.placing = true;
        tester.inject(data(1, 1, 100));
        tester.advance(50 * MS);
        tester.expectAck(101);
    }

    @Test
    void shouldGiveUpWhatCameBeyondAHoleForWhatIsMissing() {
        tester.inject(data(101, 1, 100));
        tester.sent.clear();
        tester.placing = false;
        tester.inject(data(201, 1, 100));
        assertEquals(List.of(), tester.discarded, "what comes beyond a hole is worth no more than what is there");
        tester.inject(data(1, 1, 100));
        assertEquals(List.of("from 0"), tester.discarded);
        assertEquals(0, tester.engine().reassemblyTotals().bytes());

        tester.placing = true;
        tester.inject(data(1, 1, 100));
        tester.advance(50 * MS);
        tester.expectAck(101);
        tester.inject(data(101, 1, 100));
        tester.advance(50 * MS);
        tester.expectAck(201);
    }

    @Test
    void shouldTakeAsMuchAsFindsMemory() {
        tester.memoryEnd = 60;
        tester.inject(data(1, 1, 100));
        tester.advance(50 * MS);
        tester.expectAck(61);
        assertEquals(List.of("0+60"), tester.placed);
        assertEquals(0, tester.dropped(DropReason.NO_RECEIVE_MEMORY));

        tester.memoryEnd = Long.MAX_VALUE;
        tester.inject(data(61, 1, 100));
        tester.advance(50 * MS);
        tester.expectAck(161);
    }

    @Test
    void shouldKeepAnUrgentByteThatTheHostWasToldOf() {
        tester.inject(data(101, 1, 100));
        tester.connection().urgent.rcvUp = 120;
        tester.connection().urgent.isHere = true;
        tester.placing = false;
        tester.inject(data(1, 1, 100));
        assertEquals(List.of(), tester.discarded);
    }

    @Test
    void shouldOweAckWhenFrameIsMissing() {
        tester.framesAvailable = false;
        tester.inject(data(101, 1, 100));
        tester.framesAvailable = true;
        tester.flush();
        tester.expectAck(1);
    }
}
