package org.pno.link.pcie;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmulatedPcieTest {
    /** 1 ns a byte. */
    private static final String SLOW_LINK = ",bandwidth=1GB/s";

    private PcieFixture fixture;
    private EmulatedPcie bus;
    private int region;

    private void open(final String options) {
        fixture = new PcieFixture(options);
        bus = fixture.bus;
        region = fixture.region;
    }

    private long hostWord(final long offset) {
        return fixture.host().get(JAVA_LONG, offset);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void shouldMoveBytesAndWordsBothWays() {
        open("bluefield3");
        fixture.own.set(JAVA_BYTE, 100, (byte) 7);
        bus.write(region, 1_001, fixture.own, 100, 1);
        bus.writeWord(region, 64, 0x1122_3344_5566_7788L);
        fixture.untilComplete(bus.post());
        assertEquals(7, fixture.host().get(JAVA_BYTE, 1_001));

        bus.read(region, 1_001, fixture.own, 200, 1);
        bus.readWords(region, 64, fixture.own, 208, 1);
        fixture.untilComplete(bus.post());
        assertEquals(7, fixture.own.get(JAVA_BYTE, 200));
        assertEquals(0x1122_3344_5566_7788L, fixture.own.get(JAVA_LONG, 208));
    }

    @Test
    void shouldTakeTheLatencyOfAReadAndOfAWrite() {
        open("read=900ns,write=600ns,bandwidth=1000GB/s");
        bus.readWords(region, 0, fixture.own, 0, 1);
        assertEquals(900, fixture.untilComplete(bus.post()));
        bus.writeWord(region, 0, 1);
        assertEquals(600, fixture.untilComplete(bus.post()));
    }

    @Test
    void shouldReadTheHostHalfWay() {
        open("read=1us,write=1us");
        bus.readWords(region, 0, fixture.own, 0, 1);
        bus.post();
        fixture.after(499);
        fixture.host().set(JAVA_LONG, 0, 1);
        fixture.after(1);
        fixture.host().set(JAVA_LONG, 0, 2);
        fixture.after(498);
        assertEquals(0, fixture.own.get(JAVA_LONG, 0), "nothing arrives before the completion");
        fixture.after(10);

        assertEquals(1, fixture.own.get(JAVA_LONG, 0));
    }

    @Test
    void shouldLandAWriteHalfWayAndTellOfItLater() {
        open("read=1us,write=1us");
        bus.writeWord(region, 0, 5);
        final long ticket = bus.post();
        fixture.after(499);
        assertEquals(0, hostWord(0));
        fixture.after(20);
        assertEquals(5, hostWord(0));
        assertTrue(bus.completed() < ticket, "complete before the answer has come back");
        assertTrue(bus.pending());
        fixture.after(500);
        assertEquals(ticket, bus.completed());
        assertFalse(bus.pending());
    }

    @Test
    void shouldTakeTheSourceWhenItStartsAndAWordAtOnce() {
        open("read=1us,write=1us,doorbell=100ns");
        fixture.own.set(JAVA_LONG, 0, 1);
        bus.write(region, 0, fixture.own, 0, 8);
        final long ticket = bus.post();
        fixture.own.set(JAVA_LONG, 0, 2);
        fixture.after(100);
        fixture.own.set(JAVA_LONG, 0, 3);
        fixture.untilComplete(ticket);

        assertEquals(2, hostWord(0));
    }

    @Test
    void shouldOccupyTheLinkByTheByte() {
        open("read=100ns,write=100ns" + SLOW_LINK);
        bus.write(region, 0, fixture.own, 0, 2_000);
        bus.write(region, 2_000, fixture.own, 0, 2_000);
        assertEquals(4_100, fixture.untilComplete(bus.post()));
    }

    @Test
    void shouldCarryBothDirectionsAtOnce() {
        open("read=100ns,write=100ns" + SLOW_LINK);
        bus.write(region, 0, fixture.own, 0, 4_000);
        bus.read(region, 8_192, fixture.own, 8_192, 4_000);
        // The read asks behind the write, which takes the link of its direction first.
        assertTrue(fixture.untilComplete(bus.post()) < 8_300);
    }

    @Test
    void shouldHaveNoMoreUnderWayThanItsLimit() {
        open("read=1us,write=1us,bandwidth=1000GB/s,outstanding=4");
        for (int i = 0; i < 12; i++) {
            bus.readWords(region, i * 8, fixture.own, i * 8, 1);
        }
        assertEquals(3_000, fixture.untilComplete(bus.post()));
    }

    @Test
    void shouldCutWhatIsLargeIntoPieces() {
        open("read=1us,write=1us,bandwidth=1000GB/s,outstanding=1");
        bus.read(region, 0, fixture.own, 0, 2 * PcieTiming.PIECE_BYTES + 1);
        assertTrue(fixture.untilComplete(bus.post()) >= 3_000);
        assertEquals(1, bus.counters().reads(), "it is one crossing all the same");
    }

    @Test
    void shouldRingADoorbellForEachBatch() {
        open("read=1us,write=1us,bandwidth=1000GB/s,doorbell=200ns");
        bus.readWords(region, 0, fixture.own, 0, 1);
        bus.post();
        bus.readWords(region, 8, fixture.own, 8, 1);
        assertEquals(1_400, fixture.untilComplete(bus.post()));
    }

    @Test
    void shouldCompleteTheSmallBeforeTheLarge() {
        open("read=1us,write=1us" + SLOW_LINK);
        bus.read(region, 0, fixture.own, 0, 4_000);
        final long large = bus.post();
        bus.writeWord(region, 8_192, 1);
        bus.post();
        fixture.after(1_100);

        assertEquals(1, hostWord(8_192));
        assertTrue(bus.completed() < large, "tickets are counted in order");
        fixture.untilComplete(large + 1);
    }

    @Test
    void shouldLetAPositionFollowItsDataWithoutATicket() {
        open("read=1us,write=1us,jitter=100%" + SLOW_LINK);
        assertTrue(bus.writesInOrder());
        fixture.own.fill((byte) 1);
        bus.write(region, 0, fixture.own, 0, 4_000);
        bus.writeWord(region, 8_192, 1);
        final long ticket = bus.post();
        while (bus.completed() < ticket) {
            assertTrue(hostWord(8_192) == 0 || hostWord(3_992) != 0, "the position came before its data");
            fixture.clock.advance(10);
        }
    }

    @Test
    void shouldLetTheSmallPassWhereNothingIsInOrder() {
        open("read=1us,write=1us,order=none" + SLOW_LINK);
        assertFalse(bus.writesInOrder());
        bus.read(region, 0, fixture.own, 0, 8);
        bus.write(region, 0, fixture.own, 8, 4_000);
        bus.post();
        bus.readWords(region, 8_192, fixture.own, 8_192, 1);
        final long ticket = bus.post();
        fixture.after(600);
        fixture.host().set(JAVA_LONG, 8_192, 9);
        fixture.untilComplete(ticket);
        assertEquals(0, fixture.own.get(JAVA_LONG, 8_192), "the read waited for the write");
    }

    @Test
    void shouldAbandonWhatIsUnderWayOnARegionThatGoes() {
        open("read=1us,write=1us");
        bus.writeWord(region, 0, 1);
        bus.readWords(region, 8, fixture.own, 8, 1);
        final long ticket = bus.post();
        fixture.after(100);
        bus.removeRegion(region);
        final int again = fixture.addRegion();
        fixture.untilComplete(ticket);

        assertEquals(region, again);
        assertEquals(0, hostWord(0));
    }

    @Test
    void shouldDropWhatIsUnderWayOnARegionWhoseHostIsGone() {
        open("read=1us,write=1us");
        final int other = fixture.addRegion();
        bus.writeWord(region, 0, 1);
        bus.writeWord(other, 8, 2);
        final long ticket = bus.post();
        fixture.after(100);
        bus.failRegion(region);
        fixture.untilComplete(ticket);

        assertTrue(bus.hasFailed(region));
        assertFalse(bus.hasFailed(other));
        assertEquals(0, hostWord(0));
        assertEquals(2, hostWord(8), "the other region has lost nothing");
    }

    @Test
    void shouldRefuseWhatIsOutsideTheRegion() {
        open("bluefield3");
        assertThrows(IndexOutOfBoundsException.class, () -> bus.read(region, PcieFixture.BYTES - 8, fixture.own, 0, 9));
        assertThrows(IndexOutOfBoundsException.class, () -> bus.writeWord(region, PcieFixture.BYTES, 1));
    }

    @Test
    void shouldFailAndStillCompleteOnceItIsCut() {
        open("read=1us,write=1us,cut=2us");
        bus.writeWord(region, 0, 1);
        fixture.untilComplete(bus.post());
        assertFalse(bus.hasFailed(region));
        fixture.after(1_000);
        bus.writeWord(region, 0, 2);
        fixture.untilComplete(bus.post());

        assertTrue(bus.hasFailed(region));
        assertEquals(1, hostWord(0));
    }

    @Test
    void shouldReturnTheLastTicketForAnEmptyBatch() {
        open("bluefield2");
        assertEquals(0, bus.post());
        bus.writeWord(region, 0, 5);
        assertEquals(1, bus.post());
        assertEquals(1, bus.post());
        assertEquals(1, bus.counters().batches());
    }

    @Test
    void shouldNotAllocateInSteadyState() {
        open("bluefield3");
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5 && least > 0; round++) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 20_000; i++) {
                bus.readWords(region, 0, fixture.own, 0, 5);
                bus.write(region, 4_096, fixture.own, 4_096, 512);
                bus.writeWord(region, 64, i);
                bus.post();
                fixture.after(400);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, least);
    }
}
