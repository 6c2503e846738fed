package org.pno.link.model;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A writer waits for room by txWait while acknowledgements arrive (docs/link-protocol.md, Records): whichever comes
 * second must see the other, and the event must not come before the level that it tells of.
 */
class TxWaitTest {
    private static final int TX_ACKED = 0;
    private static final int TX_WAIT = 1;
    private static final int HINT = 2;
    private static final int EVENT = 3;
    private static final int ARRIVED = 4;
    private static final String[] CELLS = {"txAcked", "txWait", "subTail", "evt", "acknowledgement"};
    private static final int WANTED = 1;

    private static final int SEEN = 0;
    private static final int SEEN_HINT = 0;
    private static final int SEEN_ARRIVED = 1;
    private static final int ACKED = 2;
    private static final int WAITED_FOR = 3;
    private static final int HINT_SERVED = 4;
    private static final int EVENTS = 5;

    /** What is left out. */
    private enum Mutant {
        NONE,
        DPU_LOOKS_ONLY_WHEN_IT_READS_THE_LINE,
        DPU_LOOKS_ONLY_WHEN_IT_ACKNOWLEDGES,
        DPU_SENDS_THE_EVENT_WITH_THE_LEVEL
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeverLeaveAWriterWaiting(final Bus bus) {
        final ModelChecker.Result result = check(bus, Mutant.NONE);
        assertTrue(result.isSafe(), result::toString);
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedTheLookAfterAnAcknowledgement(final Bus bus) {
        assertFalse(check(bus, Mutant.DPU_LOOKS_ONLY_WHEN_IT_READS_THE_LINE).isSafe());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedTheLookAfterTheLine(final Bus bus) {
        assertFalse(check(bus, Mutant.DPU_LOOKS_ONLY_WHEN_IT_ACKNOWLEDGES).isSafe());
    }

    @ParameterizedTest
    @EnumSource(names = "DMA")
    void shouldNeedTheLevelBeforeTheEvent(final Bus bus) {
        assertFalse(check(bus, Mutant.DPU_SENDS_THE_EVENT_WITH_THE_LEVEL).isSafe());
    }

    private static ModelChecker.Result check(final Bus bus, final Mutant mutant) {
        return new ModelChecker(CELLS, host(), network(), dpu(bus, mutant)).check();
    }

    /** A writer without room: it asks for an event, and looks at the level only when one comes. */
    private static Program host() {
        final Program host = new Program("host");
        host.load(SEEN, TX_ACKED);
        host.branchIf(r -> r[SEEN] >= WANTED, "end");
        host.store(TX_WAIT, WANTED);
        host.store(HINT, 1);
        host.label("wait");
        host.sleep(EVENT);
        host.drain(EVENT);
        host.load(SEEN, TX_ACKED);
        host.branchIf(r -> r[SEEN] >= WANTED, "end");
        host.goTo("wait");
        return host.label("end").end();
    }

    private static Program network() {
        return new Program("network").store(ARRIVED, WANTED).end();
    }

    private static Program dpu(final Bus bus, final Mutant mutant) {
        final Program dpu = new Program("DPU").mayRest();
        dpu.label("cycle");
        dpu.load(SEEN_ARRIVED, ARRIVED);
        bus.read(dpu, SEEN_HINT, HINT);
        bus.ticket(dpu);
        dpu.branchIf(r -> r[SEEN_ARRIVED] == r[ACKED], "hints");
        dpu.compute(ACKED, r -> r[SEEN_ARRIVED]);
        bus.write(dpu, TX_ACKED, r -> r[ACKED]);
        if (mutant != Mutant.DPU_LOOKS_ONLY_WHEN_IT_READS_THE_LINE) {
            bus.ticketUnless(mutant == Mutant.DPU_SENDS_THE_EVENT_WITH_THE_LEVEL, dpu);
            tell(bus, dpu, "hints");
        }
        bus.ticket(dpu);
        dpu.label("hints");
        dpu.branchIf(r -> r[SEEN_HINT] == r[HINT_SERVED], "rest");
        dpu.compute(HINT_SERVED, r -> r[SEEN_HINT]);
        bus.read(dpu, WAITED_FOR, TX_WAIT);
        bus.ticket(dpu);
        if (mutant != Mutant.DPU_LOOKS_ONLY_WHEN_IT_ACKNOWLEDGES) {
            tell(bus, dpu, "rest");
        }
        bus.ticket(dpu);
        dpu.label("rest");
        dpu.branchIf(r -> r[ACKED] == WANTED && r[HINT_SERVED] == 1, "end");
        dpu.goTo("cycle");
        return dpu.label("end").end();
    }

    /** Sends the event if somebody waits for what is acknowledged. */
    private static void tell(final Bus bus, final Program dpu, final String otherwise) {
        dpu.branchIf(r -> r[WAITED_FOR] == 0 || r[ACKED] < r[WAITED_FOR], otherwise);
        dpu.compute(EVENTS, r -> r[EVENTS] + 1);
        bus.write(dpu, EVENT, 1);
        bus.ticket(dpu);
    }
}
