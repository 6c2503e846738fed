package org.pno.link.model;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The host sleeps while the DPU sends events (docs/link-protocol.md, Sleeping): no interleaving may leave the host
 * asleep with an event unseen. Each test of a mutant shows that the step left out is needed, and that the checker
 * would see.
 */
class SleepHandshakeTest {
    private static final int EVENT_0 = 0;
    private static final int SEQUENCE = 2;
    private static final int BELL = 3;
    private static final String[] CELLS = {"evt[0]", "evt[1]", "sleepSeq", "bell"};
    private static final int EVENTS = 2;

    private static final int CONSUMED = 0;
    private static final int WORD = 1;
    private static final int OWN_SEQUENCE = 2;
    private static final int RUNG = 3;

    /** What is left out. */
    private enum Mutant {
        NONE,
        HOST_DOES_NOT_FENCE,
        HOST_DOES_NOT_RESCAN,
        HOST_DOES_NOT_ANNOUNCE,
        DPU_DOES_NOT_WAIT_FOR_THE_EVENT,
        DPU_READS_BEFORE_THE_EVENT,
        WAKING_DOES_NOT_CHANGE_THE_SEQUENCE
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeverLoseAWakeUp(final Bus bus) {
        final ModelChecker.Result result = check(bus, Mutant.NONE);
        assertTrue(result.isSafe(), result::toString);
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeverLoseAWakeUpWhenEventsShareABatch(final Bus bus) {
        final Program dpu = new Program("DPU");
        bus.write(dpu, EVENT_0, 1);
        bus.write(dpu, EVENT_0 + 1, 1);
        bus.ticket(dpu);
        look(bus, dpu, "end");
        final ModelChecker.Result result =
                new ModelChecker(CELLS, host(Mutant.NONE), dpu.label("end").end()).check();
        assertTrue(result.isSafe(), result::toString);
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedTheHostsFence(final Bus bus) {
        assertFalse(check(bus, Mutant.HOST_DOES_NOT_FENCE).isSafe());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedTheHostsRescan(final Bus bus) {
        assertFalse(check(bus, Mutant.HOST_DOES_NOT_RESCAN).isSafe());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedTheAnnouncement(final Bus bus) {
        assertFalse(check(bus, Mutant.HOST_DOES_NOT_ANNOUNCE).isSafe());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedTheEventsTicket(final Bus bus) {
        assertFalse(check(bus, Mutant.DPU_DOES_NOT_WAIT_FOR_THE_EVENT).isSafe());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedANewRead(final Bus bus) {
        assertFalse(check(bus, Mutant.DPU_READS_BEFORE_THE_EVENT).isSafe());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedANewValueForEachSleep(final Bus bus) {
        assertFalse(check(bus, Mutant.WAKING_DOES_NOT_CHANGE_THE_SEQUENCE).isSafe());
    }

    @Test
    void shouldExplainACounterexample() {
        final ModelChecker.Result result = check(Bus.DMA, Mutant.HOST_DOES_NOT_FENCE);
        assertTrue(result.counterexample().getLast().startsWith("nobody can move: host at Sleep"), result::toString);
    }

    private static ModelChecker.Result check(final Bus bus, final Mutant mutant) {
        return new ModelChecker(CELLS, host(mutant), dpu(bus, mutant)).check();
    }

    private static Program host(final Mutant mutant) {
        final Program host = new Program("host");
        host.label("scan");
        host.load(WORD, r -> EVENT_0 + r[CONSUMED]);
        host.branchIf(r -> r[WORD] == 0, "arm");
        host.label("consume");
        host.compute(CONSUMED, r -> r[CONSUMED] + 1);
        host.branchIf(r -> r[CONSUMED] == EVENTS, "end");
        host.goTo("scan");

        host.label("arm");
        if (mutant != Mutant.HOST_DOES_NOT_ANNOUNCE) {
            announce(host, mutant, true);
        }
        host.fenceUnless(mutant == Mutant.HOST_DOES_NOT_FENCE);
        if (mutant != Mutant.HOST_DOES_NOT_RESCAN) {
            host.load(WORD, r -> EVENT_0 + r[CONSUMED]);
            host.branchIf(r -> r[WORD] == 0, "sleep");
            host.goTo("awake");
        }
        host.label("sleep");
        host.sleep(BELL);
        host.label("awake");
        announce(host, mutant, false);
        host.drain(BELL);
        host.goTo("scan");
        return host.label("end").end();
    }

    private static void announce(final Program host, final Mutant mutant, final boolean isSleeping) {
        if (mutant == Mutant.WAKING_DOES_NOT_CHANGE_THE_SEQUENCE) {
            host.store(SEQUENCE, isSleeping ? 1 : 0);
        } else {
            host.compute(OWN_SEQUENCE, r -> r[OWN_SEQUENCE] + 1);
            host.store(SEQUENCE, r -> r[OWN_SEQUENCE]);
        }
    }

    private static Program dpu(final Bus bus, final Mutant mutant) {
        final Program dpu = new Program("DPU");
        for (int event = 0; event < EVENTS; event++) {
            final String next = "next" + event;
            if (mutant == Mutant.DPU_READS_BEFORE_THE_EVENT) {
                bus.read(dpu, WORD, SEQUENCE);
                bus.ticket(dpu);
                bus.write(dpu, EVENT_0 + event, 1);
                bus.ticket(dpu);
                ringIfOdd(dpu, next);
            } else {
                bus.write(dpu, EVENT_0 + event, 1);
                bus.ticketUnless(mutant == Mutant.DPU_DOES_NOT_WAIT_FOR_THE_EVENT, dpu);
                look(bus, dpu, next);
            }
            dpu.label(next);
        }
        return dpu.end();
    }

    /** A new read of sleepSeq, then the bell if it is odd and was not rung for. */
    private static void look(final Bus bus, final Program dpu, final String next) {
        bus.read(dpu, WORD, SEQUENCE);
        bus.ticket(dpu);
        ringIfOdd(dpu, next);
    }

    private static void ringIfOdd(final Program dpu, final String next) {
        dpu.branchIf(r -> r[WORD] % 2 == 0 || r[WORD] == r[RUNG], next);
        dpu.compute(RUNG, r -> r[WORD]);
        dpu.ring(BELL);
    }
}
