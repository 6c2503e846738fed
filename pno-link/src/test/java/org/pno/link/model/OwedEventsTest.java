package org.pno.link.model;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * EVT is full, so the DPU owes events, parks the channel as owing, and the host consumes and sleeps without submitting
 * anything (docs/link-protocol.md, Sleeping): every event must come, and none may be overwritten. EVT has one slot
 * here; its word is the number of the event, which is its lap.
 */
class OwedEventsTest {
    private static final int SLOT = 0;
    private static final int HEAD = 1;
    private static final int SEQUENCE = 2;
    private static final int ASLEEP = 3;
    private static final int CHANNEL_BELL = 4;
    private static final int DPU_BELL = 5;
    private static final String[] CELLS = {"evt", "evHead", "sleepSeq", "asleep", "channel bell", "DPU bell"};
    private static final int EVENTS = 3;
    private static final int PARKED = 1;
    private static final int OWING = 2;

    private static final int CONSUMED = 0;
    private static final int WORD = 1;
    private static final int OWN_SEQUENCE = 2;
    private static final int SEEN_ASLEEP = 3;

    private static final int SENT = 0;
    private static final int SEEN_HEAD = 1;
    private static final int SEEN_SEQUENCE = 2;
    private static final int RUNG = 3;
    private static final int HEAD_BEFORE = 4;

    /** What is left out. */
    private enum Mutant {
        NONE,
        DPU_PARKS_AS_IF_IT_OWED_NOTHING,
        DPU_DOES_NOT_LOOK_AGAIN,
        HOST_DOES_NOT_LOOK_WHETHER_IT_IS_OWED,
        HOST_LOOKS_BEFORE_ITS_FENCE,
        DPU_OVERWRITES
    }

    @ParameterizedTest
    @EnumSource
    void shouldPayWhatItOwes(final Bus bus) {
        final ModelChecker.Result result = check(bus, Mutant.NONE);
        assertTrue(result.isSafe(), result::toString);
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedToSayThatItOwes(final Bus bus) {
        assertFalse(check(bus, Mutant.DPU_PARKS_AS_IF_IT_OWED_NOTHING).isSafe());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedTheDpusSecondLook(final Bus bus) {
        assertFalse(check(bus, Mutant.DPU_DOES_NOT_LOOK_AGAIN).isSafe());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedTheHostsLook(final Bus bus) {
        assertFalse(check(bus, Mutant.HOST_DOES_NOT_LOOK_WHETHER_IT_IS_OWED).isSafe());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedTheHostsLookAfterItsFence(final Bus bus) {
        assertFalse(check(bus, Mutant.HOST_LOOKS_BEFORE_ITS_FENCE).isSafe());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedTheRoomToBeKnown(final Bus bus) {
        assertFalse(check(bus, Mutant.DPU_OVERWRITES).isSafe());
    }

    private static ModelChecker.Result check(final Bus bus, final Mutant mutant) {
        return new ModelChecker(CELLS, host(mutant), dpu(bus, mutant)).check();
    }

    private static Program host(final Mutant mutant) {
        final Program host = new Program("host");
        host.label("scan");
        host.load(WORD, SLOT);
        host.branchIf(r -> r[WORD] <= r[CONSUMED], "arm");
        host.require(r -> r[WORD] == r[CONSUMED] + 1, "no event is overwritten");
        host.compute(CONSUMED, r -> r[CONSUMED] + 1);
        host.store(HEAD, r -> r[CONSUMED]);
        host.branchIf(r -> r[CONSUMED] == EVENTS, "end");
        host.goTo("scan");

        host.label("arm");
        if (mutant == Mutant.HOST_LOOKS_BEFORE_ITS_FENCE) {
            host.load(SEEN_ASLEEP, ASLEEP);
        }
        announce(host);
        host.fence();
        host.load(WORD, SLOT);
        host.branchIf(r -> r[WORD] > r[CONSUMED], "awake");
        if (mutant == Mutant.NONE || mutant.name().startsWith("DPU")) {
            host.load(SEEN_ASLEEP, ASLEEP);
        }
        host.branchIf(r -> r[SEEN_ASLEEP] != OWING, "sleep");
        host.ring(DPU_BELL);
        host.label("sleep");
        host.sleep(CHANNEL_BELL);
        host.label("awake");
        announce(host);
        host.drain(CHANNEL_BELL);
        host.goTo("scan");
        return host.label("end").end();
    }

    private static void announce(final Program host) {
        host.compute(OWN_SEQUENCE, r -> r[OWN_SEQUENCE] + 1);
        host.store(SEQUENCE, r -> r[OWN_SEQUENCE]);
    }

    private static Program dpu(final Bus bus, final Mutant mutant) {
        final Program dpu = new Program("DPU");
        dpu.label("send");
        if (mutant != Mutant.DPU_OVERWRITES) {
            dpu.branchIf(r -> r[SENT] > r[SEEN_HEAD], "park");
        }
        dpu.compute(SENT, r -> r[SENT] + 1);
        bus.write(dpu, SLOT, r -> r[SENT]);
        bus.ticket(dpu);
        readLine(bus, dpu);
        dpu.branchIf(r -> r[SEEN_SEQUENCE] % 2 == 0 || r[SEEN_SEQUENCE] == r[RUNG], "rung");
        dpu.compute(RUNG, r -> r[SEEN_SEQUENCE]);
        dpu.ring(CHANNEL_BELL);
        dpu.label("rung");
        dpu.branchIf(r -> r[SENT] == EVENTS, "end");
        dpu.goTo("send");

        dpu.label("park");
        dpu.compute(HEAD_BEFORE, r -> r[SEEN_HEAD]);
        bus.write(dpu, ASLEEP, mutant == Mutant.DPU_PARKS_AS_IF_IT_OWED_NOTHING ? PARKED : OWING);
        bus.ticket(dpu);
        if (mutant != Mutant.DPU_DOES_NOT_LOOK_AGAIN) {
            readLine(bus, dpu);
        }
        dpu.branchIf(r -> r[SEEN_HEAD] != r[HEAD_BEFORE], "unpark");
        dpu.sleep(DPU_BELL);
        dpu.drain(DPU_BELL);
        dpu.label("unpark");
        bus.write(dpu, ASLEEP, 0);
        bus.ticket(dpu);
        readLine(bus, dpu);
        dpu.goTo("send");
        return dpu.label("end").end();
    }

    private static void readLine(final Bus bus, final Program dpu) {
        bus.read(dpu, SEEN_HEAD, HEAD);
        bus.read(dpu, SEEN_SEQUENCE, SEQUENCE);
        bus.ticket(dpu);
    }
}
