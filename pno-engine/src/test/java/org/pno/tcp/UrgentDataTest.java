package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.pno.tcp.SegmentSpec.ackOf;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RFC 9293 3.8.5 where packets do not show it; the rest stands in the packet scripts. */
class UrgentDataTest {
    private final TcpTester tester = new TcpTester();

    @BeforeEach
    void establish() {
        tester.establish(SegmentSpec.of("S").offers(), 512);
    }

    private void writeUrgent(final int bytes) {
        final Connection connection = tester.connection();
        tester.engine().onTxUrgent(connection, connection.txWritten + bytes);
        tester.write(bytes);
    }

    @Test
    void shouldSendNoSuperSegmentsThatPoint() {
        writeUrgent(3_000);
        assertEquals(3_000, tester.expectData(1, 1_460).urgentPointer);
        assertEquals(1_540, tester.expectData(1_461, 1_460).urgentPointer);
        assertEquals(80, tester.expectData(2_921, 80).urgentPointer);
        tester.expectNothing();
    }

    @Test
    void shouldSendASuperSegmentBehindTheUrgentByte() {
        writeUrgent(1_460);
        tester.write(4_380);
        assertEquals(1_460, tester.expectData(1, 1_460).urgentPointer);
        assertEquals(0, tester.expectData(1_461, 4_380).urgentPointer);
    }

    @Test
    void shouldSendAgainInSegmentsThatPoint() {
        writeUrgent(2_920);
        tester.expectData(1, 1_460);
        tester.expectData(1_461, 1_460);
        tester.advance(3 * TcpTester.SECOND);
        assertEquals(1_460, tester.expectData(1_461, 1_460).urgentPointer); // The tail loss probe.
        assertEquals(2_920, tester.expectData(1, 1_460).urgentPointer);
    }

    @Test
    void shouldForgetUrgentDataThatIsAcknowledged() {
        writeUrgent(100);
        tester.expectData(1, 100);
        tester.inject(ackOf(1, 101));
        tester.write(2_920);
        assertEquals(0, tester.expectData(101, 2_920).urgentPointer);
    }

    @Test
    void shouldIgnoreAnOlderPositionOfTheHosts() {
        writeUrgent(100);
        tester.engine().onTxUrgent(tester.connection(), 50);
        assertEquals(100, tester.connection().urgent.sndUp);
    }

    @Test
    void shouldNotPointInItsReset() {
        writeUrgent(100_000);
        tester.sent.clear();
        tester.abort();
        assertEquals(0, tester.expect("RA").urgentPointer);
    }
}
