package org.pno.link.model;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two threads of the host sleep on one channel, each waiting for an event of its own, and each may consume the
 * other's. The bell reaches every sleeper (each has it, edge-triggered, in an epoll set of its own, and nobody drains
 * it).
 */
class SharedChannelTest {
    private static final int EVENT_0 = 0;
    private static final int HEAD = 2;
    private static final int READY_0 = 3;
    private static final int SLEEPERS = 5;
    private static final int SEQUENCE = 6;
    private static final int LOCK = 7;
    private static final int BELL_0 = 8;
    private static final String[] CELLS = {
        "evt[0]", "evt[1]", "evHead", "ready[A]", "ready[B]", "sleepers", "sleepSeq", "lock", "bell at A", "bell at B"
    };
    private static final int EVENTS = 2;

    private static final int AT = 0;
    private static final int WORD = 1;
    private static final int COUNT = 2;
    private static final int RUNG = 3;

    /** What is different. */
    private enum Variant {
        AS_SPECIFIED,
        /** sleepSeq tells only whether anybody sleeps, and the DPU rings after all events while it is odd. */
        COARSE_SEQUENCE_AND_EVERY_EVENT_RINGS,
        /** The same, but the DPU does not ring twice for one value. */
        COARSE_SEQUENCE,
        /** One eventfd that whoever wakes drains for all. */
        ONE_BELL_THAT_THE_FIRST_DRAINS
    }

    @ParameterizedTest
    @EnumSource
    void shouldWakeBothSleepers(final Bus bus) {
        final ModelChecker.Result result = check(bus, Variant.AS_SPECIFIED);
        assertTrue(result.isSafe(), result::toString);
    }

    @ParameterizedTest
    @EnumSource
    void shouldWakeBothSleepersOfACoarseSequenceIfEveryEventRings(final Bus bus) {
        final ModelChecker.Result result = check(bus, Variant.COARSE_SEQUENCE_AND_EVERY_EVENT_RINGS);
        assertTrue(result.isSafe(), result::toString);
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedANewValueForEachSleeperIfTheDpuSkipsBells(final Bus bus) {
        assertFalse(check(bus, Variant.COARSE_SEQUENCE).isSafe());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedABellThatReachesEverySleeper(final Bus bus) {
        assertFalse(check(bus, Variant.ONE_BELL_THAT_THE_FIRST_DRAINS).isSafe());
    }

    private static ModelChecker.Result check(final Bus bus, final Variant variant) {
        return new ModelChecker(CELLS, host("A", 0, variant), host("B", 1, variant), dpu(bus, variant)).check();
    }

    private static Program host(final String name, final int self, final Variant variant) {
        final Program host = new Program(name);
        host.label("loop");
        scan(host, self, "arm", "first");
        host.label("arm");
        host.lock(LOCK);
        count(host, variant, 1);
        host.unlock(LOCK);
        host.fence();
        scan(host, self, "sleep", "second");
        host.label("sleep");
        final int bell = variant == Variant.ONE_BELL_THAT_THE_FIRST_DRAINS ? BELL_0 : BELL_0 + self;
        host.sleep(bell);
        host.drain(bell);
        host.lock(LOCK);
        count(host, variant, -1);
        host.unlock(LOCK);
        host.goTo("loop");
        return host.label("end").end();
    }

    /** Consumes what there is, under the lock; ends if this thread's own event was among it or was found before. */
    private static void scan(final Program host, final int self, final String nothing, final String name) {
        host.label(name);
        host.lock(LOCK);
        host.load(AT, HEAD);
        host.branchIf(r -> r[AT] == EVENTS, name + " scanned");
        host.load(WORD, r -> EVENT_0 + r[AT]);
        host.branchIf(r -> r[WORD] == 0, name + " scanned");
        host.store(HEAD, r -> r[AT] + 1);
        host.branchIf(r -> r[AT] == self, name + " own");
        host.store(READY_0 + 1 - self, 1);
        host.unlock(LOCK);
        host.goTo(name);
        host.label(name + " own");
        host.store(READY_0 + self, 1);
        host.unlock(LOCK);
        host.goTo("end");
        host.label(name + " scanned");
        host.load(WORD, READY_0 + self);
        host.unlock(LOCK);
        host.branchIf(r -> r[WORD] == 1, "end");
        host.goTo(nothing);
    }

    /** One sleeper more or fewer: sleepSeq is odd while there are any. */
    private static void count(final Program host, final Variant variant, final int change) {
        final boolean isCoarse = variant.name().startsWith("COARSE_SEQUENCE");
        host.load(COUNT, SLEEPERS);
        host.store(SLEEPERS, r -> r[COUNT] + change);
        host.load(AT, SEQUENCE);
        host.store(SEQUENCE, r -> {
            final boolean changesParity = change > 0 ? r[COUNT] == 0 : r[COUNT] == 1;
            return r[AT] + (changesParity ? 1 : isCoarse ? 0 : 2);
        });
    }

    private static Program dpu(final Bus bus, final Variant variant) {
        final boolean skips = variant != Variant.COARSE_SEQUENCE_AND_EVERY_EVENT_RINGS;
        final Program dpu = new Program("DPU");
        for (int event = 0; event < EVENTS; event++) {
            final String next = "next" + event;
            bus.write(dpu, EVENT_0 + event, 1);
            bus.ticket(dpu);
            bus.read(dpu, WORD, SEQUENCE);
            bus.ticket(dpu);
            dpu.branchIf(r -> r[WORD] % 2 == 0 || skips && r[WORD] == r[RUNG], next);
            dpu.compute(RUNG, r -> r[WORD]);
            dpu.ring(BELL_0);
            dpu.ring(BELL_0 + 1);
            dpu.label(next);
        }
        return dpu.end();
    }
}
