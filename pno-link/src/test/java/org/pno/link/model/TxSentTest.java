package org.pno.link.model;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A writer waits by the one word txWait, first until what it wrote is sent (TX_WAIT_SENT), then until it is
 * acknowledged (docs/link-protocol.md, Records): no wait may be missed, also where the second follows the first.
 */
class TxSentTest {
    private static final int TX_ACKED = 0;
    private static final int TX_SENT = 1;
    private static final int TX_WAIT = 2;
    private static final int HINT = 3;
    private static final int EVENT = 4;
    private static final int ARRIVED = 5;
    private static final String[] CELLS = {"txAcked", "txSent", "txWait", "subTail", "evt", "network"};
    /** What the network has seen, and what a wait may be for: 1 sent, 2 acknowledged. */
    private static final int SENT = 1;

    private static final int ACKNOWLEDGED = 2;

    private static final int SEEN = 0;
    private static final int SEEN_HINT = 0;
    private static final int SEEN_ARRIVED = 1;
    private static final int LEVEL = 2;
    private static final int WAITED_FOR = 3;
    private static final int HINT_SERVED = 4;
    private static final int EVENTS = 5;

    /** What is left out. */
    private enum Mutant {
        NONE,
        DPU_LOOKS_ONLY_WHEN_IT_READS_THE_LINE,
        DPU_LOOKS_ONLY_WHEN_A_LEVEL_RISES,
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
    void shouldNeedTheLookAfterALevelRises(final Bus bus) {
        assertFalse(check(bus, Mutant.DPU_LOOKS_ONLY_WHEN_IT_READS_THE_LINE).isSafe());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedTheLookAfterTheLine(final Bus bus) {
        assertFalse(check(bus, Mutant.DPU_LOOKS_ONLY_WHEN_A_LEVEL_RISES).isSafe());
    }

    @ParameterizedTest
    @EnumSource(names = "DMA")
    void shouldNeedTheLevelBeforeTheEvent(final Bus bus) {
        assertFalse(check(bus, Mutant.DPU_SENDS_THE_EVENT_WITH_THE_LEVEL).isSafe());
    }

    private static ModelChecker.Result check(final Bus bus, final Mutant mutant) {
        return new ModelChecker(CELLS, host(), network(), dpu(bus, mutant)).check();
    }

    /** A writer that may have nothing unsent, and then no room: it asks, and looks only when an event comes. */
    private static Program host() {
        final Program host = new Program("host");
        await(host, TX_SENT, SENT, "sent");
        await(host, TX_ACKED, ACKNOWLEDGED, "acknowledged");
        return host.end();
    }

    private static void await(final Program host, final int level, final int wait, final String done) {
        host.load(SEEN, level);
        host.branchIf(r -> r[SEEN] != 0, done);
        host.store(TX_WAIT, wait);
        host.store(HINT, wait);
        host.label("until " + done);
        host.sleep(EVENT);
        host.drain(EVENT);
        host.load(SEEN, level);
        host.branchIf(r -> r[SEEN] != 0, done);
        host.goTo("until " + done);
        host.label(done);
    }

    private static Program network() {
        return new Program("network")
                .store(ARRIVED, SENT)
                .store(ARRIVED, ACKNOWLEDGED)
                .end();
    }

    private static Program dpu(final Bus bus, final Mutant mutant) {
        final Program dpu = new Program("DPU").mayRest();
        dpu.label("cycle");
        dpu.load(SEEN_ARRIVED, ARRIVED);
        bus.read(dpu, SEEN_HINT, HINT);
        bus.ticket(dpu);
        dpu.branchIf(r -> r[SEEN_ARRIVED] == r[LEVEL], "hints");
        dpu.compute(LEVEL, r -> r[SEEN_ARRIVED]);
        bus.write(dpu, TX_SENT, r -> r[LEVEL] >= SENT ? 1 : 0);
        bus.write(dpu, TX_ACKED, r -> r[LEVEL] >= ACKNOWLEDGED ? 1 : 0);
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
        if (mutant != Mutant.DPU_LOOKS_ONLY_WHEN_A_LEVEL_RISES) {
            tell(bus, dpu, "rest");
        }
        bus.ticket(dpu);
        dpu.label("rest");
        dpu.branchIf(r -> r[LEVEL] == ACKNOWLEDGED && r[HINT_SERVED] == ACKNOWLEDGED, "end");
        dpu.goTo("cycle");
        return dpu.label("end").end();
    }

    /** Sends the event if somebody waits for what has come to pass. */
    private static void tell(final Bus bus, final Program dpu, final String otherwise) {
        dpu.branchIf(r -> r[WAITED_FOR] == 0 || r[LEVEL] < r[WAITED_FOR], otherwise);
        dpu.compute(EVENTS, r -> r[EVENTS] + 1);
        bus.write(dpu, EVENT, 1);
        bus.ticket(dpu);
    }
}
