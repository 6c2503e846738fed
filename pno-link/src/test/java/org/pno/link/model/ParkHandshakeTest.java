package org.pno.link.model;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The DPU parks a channel while the host submits (docs/link-protocol.md, Sleeping): no interleaving may leave the DPU
 * asleep with a submission unseen. Overflow is the same as subTail here: a word that the host changes before it looks.
 */
class ParkHandshakeTest {
    private static final int TAIL = 0;
    private static final int ASLEEP = 1;
    private static final int BELL = 2;
    private static final String[] CELLS = {"subTail", "asleep", "DPU bell"};
    private static final int SUBMISSIONS = 3;

    private static final int SERVED = 0;
    private static final int SEEN = 1;

    /** What is left out. */
    private enum Mutant {
        NONE,
        HOST_DOES_NOT_FENCE,
        DPU_DOES_NOT_WAIT_FOR_ASLEEP,
        DPU_DOES_NOT_LOOK_AGAIN,
        DPU_CHANGES_ASLEEP_WHILE_A_WRITE_IS_UNDER_WAY
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeverLoseASubmission(final Bus bus) {
        final ModelChecker.Result result = check(bus, Mutant.NONE);
        assertTrue(result.isSafe(), result::toString);
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedTheHostsFence(final Bus bus) {
        assertFalse(check(bus, Mutant.HOST_DOES_NOT_FENCE).isSafe());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedTheTicketOfAsleep(final Bus bus) {
        assertFalse(check(bus, Mutant.DPU_DOES_NOT_WAIT_FOR_ASLEEP).isSafe());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedASecondLook(final Bus bus) {
        assertFalse(check(bus, Mutant.DPU_DOES_NOT_LOOK_AGAIN).isSafe());
    }

    @ParameterizedTest
    @EnumSource(names = "DMA")
    void shouldNeedOneWriteOfAWordAtATime(final Bus bus) {
        assertFalse(
                check(bus, Mutant.DPU_CHANGES_ASLEEP_WHILE_A_WRITE_IS_UNDER_WAY).isSafe());
    }

    private static ModelChecker.Result check(final Bus bus, final Mutant mutant) {
        return new ModelChecker(CELLS, host(mutant), dpu(bus, mutant)).check();
    }

    private static Program host(final Mutant mutant) {
        final Program host = new Program("host");
        for (int submission = 1; submission <= SUBMISSIONS; submission++) {
            final String next = "next" + submission;
            host.store(TAIL, submission);
            host.fenceUnless(mutant == Mutant.HOST_DOES_NOT_FENCE);
            host.load(SEEN, ASLEEP);
            host.branchIf(r -> r[SEEN] == 0, next);
            host.ring(BELL);
            host.label(next);
        }
        return host.end();
    }

    private static Program dpu(final Bus bus, final Mutant mutant) {
        final Program dpu = new Program("DPU");
        dpu.label("serve");
        bus.read(dpu, SEEN, TAIL);
        bus.ticket(dpu);
        dpu.label("judge");
        dpu.branchIf(r -> r[SEEN] == r[SERVED], "park");
        dpu.compute(SERVED, r -> r[SEEN]);
        dpu.branchIf(r -> r[SERVED] == SUBMISSIONS, "end");

        dpu.label("park");
        bus.write(dpu, ASLEEP, 1);
        bus.ticketUnless(mutant == Mutant.DPU_DOES_NOT_WAIT_FOR_ASLEEP, dpu);
        if (mutant != Mutant.DPU_DOES_NOT_LOOK_AGAIN) {
            bus.read(dpu, SEEN, TAIL);
        }
        bus.ticket(dpu);
        dpu.branchIf(r -> r[SEEN] != r[SERVED], "unpark");
        dpu.sleep(BELL);
        dpu.drain(BELL);
        bus.write(dpu, ASLEEP, 0);
        bus.ticket(dpu);
        dpu.goTo("serve");

        dpu.label("unpark");
        bus.write(dpu, ASLEEP, 0);
        bus.ticketUnless(mutant == Mutant.DPU_CHANGES_ASLEEP_WHILE_A_WRITE_IS_UNDER_WAY, dpu);
        dpu.goTo("judge");
        return dpu.label("end").end();
    }
}
