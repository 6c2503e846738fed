package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** RFC 8985 5.2. */
class SendLogTest {
    private final SendLog log = new SendLog(32);
    private final DeliveryState delivery = new DeliveryState();

    @Test
    void shouldJoinWhatIsSentAtOneTime() {
        log.append(0, 10, 5, delivery);
        log.append(10, 20, 5, delivery);
        log.append(20, 30, 6, delivery);
        assertEquals("[0,20)[20,30)", log.toString());
        assertEquals(30, log.totalBytes());
    }

    @Test
    void shouldForgetFromTheFront() {
        log.append(0, 10, 5, delivery);
        log.append(10, 20, 6, delivery);
        assertEquals(15, log.remove(0, 15));
        assertEquals("[15,20)", log.toString());
        assertEquals(5, log.remove(15, 20));
        assertTrue(log.isEmpty());
    }

    @Test
    void shouldForgetWhatIsReportedWithin() {
        log.append(0, 30, 5, delivery);
        assertEquals(10, log.remove(10, 20));
        assertEquals("[0,10)[20,30)", log.toString());
        assertEquals(0, log.remove(10, 20));
    }

    @Test
    void shouldKeepAccountOfWhatIsLost() {
        log.append(0, 30, 5, delivery);
        log.markLost(10, 20);
        assertEquals(10, log.lostBytes());
        assertEquals("[0,10)[10,20)x[20,30)", log.toString());
        assertEquals(1, log.firstLost());
        log.remove(0, 15);
        assertEquals(5, log.lostBytes());
    }

    @Test
    void shouldSendLostAgainInOnePiece() {
        log.append(0, 10, 5, delivery);
        log.append(10, 20, 6, delivery);
        log.markLost(0, 20);
        assertEquals(20, log.lostEnd(log.firstLost()));
        log.resend(5, 20, 9, delivery);
        assertEquals("[0,5)x[5,20)r", log.toString());
        assertEquals(9, log.timeNs(1));
        assertEquals(5, log.lostBytes());
    }

    @Test
    void shouldNotSendAgainWhatIsReported() {
        log.append(0, 30, 5, delivery);
        log.remove(10, 20);
        log.resend(0, 30, 9, delivery);
        assertEquals("[0,10)r[20,30)r", log.toString());
    }

    @Test
    void shouldCallLostWhatWasSentEarlyEnough() {
        log.append(0, 10, 5, delivery);
        log.append(10, 20, 6, delivery);
        log.markLostSentBy(5);
        assertEquals("[0,10)x[10,20)", log.toString());
        log.unmarkLost();
        assertEquals(0, log.lostBytes());
    }

    @Test
    void shouldJoinNeighboursWhenFullAndTakeTheLaterTime() {
        for (int i = 0; i < 32; i++) {
            log.append(i, i + 1, i, delivery);
        }
        assertEquals(32, log.count());
        log.append(32, 33, 32, delivery);
        assertEquals(17, log.count());
        assertEquals(1, log.timeNs(0));
        assertEquals(2, log.end(0));
        assertEquals(33, log.totalBytes());
    }

    @Test
    void shouldGoOnForEverWithoutGrowing() {
        final SendLog log = new SendLog(64);
        for (int i = 0; i < 10_000; i++) {
            log.append(i, i + 1, i, delivery);
            if (i >= 20) {
                log.remove(i - 20, i - 19);
            }
        }
        assertEquals(20, log.totalBytes());
        assertEquals(20, log.count());
    }
}
