package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.pno.tcp.SegmentSpec.ackOf;
import static org.pno.tcp.SegmentSpec.data;
import static org.pno.tcp.SegmentSpec.of;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RFC 2883, the receiver: what came twice is reported once. */
class DuplicateSackTest {
    private final TcpTester tester = new TcpTester();

    @BeforeEach
    void establish() {
        tester.establish(of("S").offers(), 512);
    }

    private void expectBlocks(final long ack, final String... blocks) {
        assertEquals(List.of(blocks), tester.expectAck(ack).sackBlocks);
        tester.expectNothing();
    }

    @Test
    void shouldReportWholeSegmentReceivedBefore() {
        tester.inject(data(1, 1, 1_000));
        expectBlocks(1_001);
        tester.inject(data(1, 1, 1_000));
        expectBlocks(1_001, "1-1001");
        assertEquals(1, tester.counted(TcpCounter.DSACKS_OUT));
    }

    @Test
    void shouldReportOnlyThePartReceivedBefore() {
        tester.inject(data(1, 1, 1_000));
        tester.sent.clear();
        tester.inject(data(501, 1, 1_000));
        expectBlocks(1_501, "501-1001");
    }

    @Test
    void shouldReportDuplicateOnce() {
        tester.inject(data(1, 1, 1_000));
        tester.inject(data(1, 1, 1_000));
        tester.sent.clear();
        tester.inject(data(1_001, 1, 1_000));
        expectBlocks(2_001);
    }

    @Test
    void shouldReportDuplicateOutOfOrderBeforeItsBlock() {
        tester.inject(data(2_001, 1, 1_000));
        tester.inject(data(3_001, 1, 1_000));
        tester.inject(data(6_001, 1, 1_000));
        tester.sent.clear();
        tester.inject(data(3_001, 1, 1_000));
        expectBlocks(1, "3001-4001", "2001-4001", "6001-7001");
        assertEquals(1, tester.dropped(DropReason.DUPLICATE));
        assertEquals(3, tester.placed.size());
    }

    @Test
    void shouldReportOverlapOfSegmentThatIsPartlyNew() {
        tester.inject(data(2_001, 1, 1_000));
        tester.sent.clear();
        tester.inject(data(2_501, 1, 1_000));
        expectBlocks(1, "2501-3001", "2001-3501");
    }

    @Test
    void shouldReportDuplicateBelowHoleBesideWhatIsBeyond() {
        tester.inject(data(1, 1, 1_000));
        tester.inject(data(2_001, 1, 1_000));
        tester.sent.clear();
        tester.inject(data(1, 1, 1_000));
        expectBlocks(1_001, "1-1001", "2001-3001");
    }

    @Test
    void shouldTakeFinOfDuplicateOutOfOrder() {
        tester.inject(data(1_001, 1, 1_000));
        tester.inject(of("FA").seq(1_001).ack(1).length(1_000));
        tester.sent.clear();
        tester.inject(data(1, 1, 1_000));
        tester.expectAck(2_002);
        assertEquals(TcpState.CLOSE_WAIT, tester.state());
    }

    @Test
    void shouldNotReportWithoutSack() {
        final TcpTester other = new TcpTester();
        other.establish(of("S").mss(TcpTester.MSS), 512);
        other.inject(data(1, 1, 1_000));
        other.inject(data(1, 1, 1_000));
        for (final SentSegment segment : other.sent) {
            assertEquals(List.of(), segment.sackBlocks);
        }
        assertEquals(0, other.counted(TcpCounter.DSACKS_OUT));
    }

    @Test
    void shouldNotReportWindowProbe() {
        tester.reading = false;
        for (int i = 0; tester.connection().receiveWindowBytes() > 0; i++) {
            final int length = (int) Math.min(32_768, tester.connection().receiveWindowBytes());
            tester.inject(data(1 + tester.connection().rcvNxt, 1, length).gsoSize(1_024));
        }
        tester.sent.clear();
        tester.inject(data(1 + tester.connection().rcvNxt, 1, 1));
        assertEquals(List.of(), tester.expect("A").sackBlocks);
    }

    @Test
    void shouldTakeFiveHundredHoles() {
        final Connection connection = tester.connection();
        for (int i = 1; i <= 500; i++) {
            tester.inject(data(1 + 2_000L * i, 1, 1_000));
        }
        assertEquals(500 * 1_000, connection.reassembly.bytes());
        for (int i = 0; i <= 500; i++) {
            tester.inject(data(1 + 2_000L * i - (i == 0 ? 0 : 1_000), 1, i == 0 ? 1_000 : 1_000));
        }
        assertEquals(1_001_000, connection.rcvNxt);
        assertEquals(0, tester.dropped(DropReason.REASSEMBLY_FULL));
    }

    @Test
    void shouldDropAndCountHolesBeyondBound() {
        final TcpTester other = new TcpTester();
        other.configuration.maxHoles = 3;
        other.establish(of("S").offers(), 512);
        for (int i = 1; i <= 5; i++) {
            other.inject(data(1 + 2_000L * i, 1, 1_000));
        }
        assertEquals(2, other.dropped(DropReason.REASSEMBLY_FULL));
        assertEquals(3_000, other.connection().reassembly.bytes());
    }

    @Test
    void shouldCountReportedDuplicates() {
        tester.write(2_920);
        tester.inject(ackOf(1, 2_921).sack(1, 1_461));
        assertEquals(1, tester.counted(TcpCounter.DSACKS_IN));
        assertFalse(tester.connection().isClosed());
    }
}
