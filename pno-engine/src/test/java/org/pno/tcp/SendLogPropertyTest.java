package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The log against one that remembers each position by itself. */
class SendLogPropertyTest {
    private final DeliveryState delivery = new DeliveryState();
    private static final int SPACE = 2_000;
    private static final int ROOMY = 4_096;

    private final long[] times = new long[SPACE];
    private final boolean[] present = new boolean[SPACE];
    private final boolean[] resent = new boolean[SPACE];
    private final boolean[] lost = new boolean[SPACE];

    @Property(tries = 200)
    void shouldAgreeWithModelPositionByPosition(@ForAll final long seed) {
        run(seed, new SendLog(ROOMY), true);
    }

    @Property(tries = 200)
    void shouldKeepTotalsWithinItsBound(@ForAll final long seed) {
        run(seed, new SendLog(64), false);
    }

    private void run(final long seed, final SendLog log, final boolean exact) {
        final Random random = new Random(seed);
        Arrays.fill(present, false);
        int next = 0;
        for (int step = 0; step < 120; step++) {
            final int from = random.nextInt(Math.max(1, next));
            final int to = Math.min(next, from + 1 + random.nextInt(30));
            switch (random.nextInt(6)) {
                case 0, 1 -> next = append(log, next, Math.min(SPACE, next + 1 + random.nextInt(40)), step / 2);
                case 2 -> remove(log, from, to);
                case 3 -> remove(log, 0, from / 4);
                case 4 -> markLost(log, from, to);
                default -> resend(log, from, to, step);
            }
            compare(log, exact, "seed " + seed + " step " + step);
        }
    }

    private int append(final SendLog log, final int from, final int to, final long timeNs) {
        if (from < to) {
            log.append(from, to, timeNs, delivery);
            for (int i = from; i < to; i++) {
                present[i] = true;
                resent[i] = false;
                lost[i] = false;
                times[i] = timeNs;
            }
        }
        return to;
    }

    private void remove(final SendLog log, final int from, final int to) {
        int expected = 0;
        for (int i = from; i < to; i++) {
            expected += present[i] ? 1 : 0;
            present[i] = false;
        }
        assertEquals(expected, log.remove(from, to));
    }

    private void markLost(final SendLog log, final int from, final int to) {
        log.markLost(from, to);
        for (int i = from; i < to; i++) {
            lost[i] = true;
        }
    }

    private void resend(final SendLog log, final int from, final int to, final long timeNs) {
        log.resend(from, to, timeNs, delivery);
        for (int i = from; i < to; i++) {
            resent[i] = true;
            lost[i] = false;
            times[i] = timeNs;
        }
    }

    private void compare(final SendLog log, final boolean exact, final String where) {
        int total = 0;
        int lostTotal = 0;
        for (int i = 0; i < SPACE; i++) {
            total += present[i] ? 1 : 0;
            lostTotal += present[i] && lost[i] ? 1 : 0;
        }
        assertEquals(total, log.totalBytes(), where);
        long sum = 0;
        long lostSum = 0;
        for (int index = 0; index < log.count(); index++) {
            assertTrue(log.start(index) < log.end(index), where);
            assertTrue(index == 0 || log.end(index - 1) <= log.start(index), where);
            sum += log.end(index) - log.start(index);
            lostSum += log.isLost(index) ? log.end(index) - log.start(index) : 0;
            for (int i = (int) log.start(index); i < log.end(index); i++) {
                assertTrue(present[i], where);
                assertTrue(exact ? log.timeNs(index) == times[i] : log.timeNs(index) >= times[i], where);
                assertTrue(log.isResent(index) == resent[i] || !exact && log.isResent(index), where);
                assertTrue(!exact || log.isLost(index) == lost[i], where);
            }
        }
        assertEquals(sum, log.totalBytes(), where);
        assertEquals(lostSum, log.lostBytes(), where);
        if (exact) {
            assertEquals(lostTotal, log.lostBytes(), where);
        } else {
            assertTrue(log.count() <= 64, where);
        }
    }
}
