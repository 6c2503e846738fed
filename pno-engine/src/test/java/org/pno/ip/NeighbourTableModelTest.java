package org.pno.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.pno.counters.CounterGroup;
import org.pno.counters.Counters;
import org.pno.wire.MacAddress;

/** Random neighbours, answers and time: whoever waits is told exactly once, and no one is asked too often. */
class NeighbourTableModelTest {
    private static final int STEPS = 400;
    private static final int ADDRESSES = 40;

    private final Set<Integer> waiting = new HashSet<>();
    private final Map<Integer, Long> askedNs = new HashMap<>();
    private CounterGroup<IpCounter> counters;
    private NeighbourTable table;
    private long nowNs;

    @Property(tries = 100)
    void shouldTellEveryWaiterOnce(@ForAll final long seed, @ForAll final boolean delaying) {
        final long delayNs = delaying ? NeighbourTable.DELAY_NS : NeighbourTable.NO_DELAY;
        final SplittableRandom random = new SplittableRandom(seed);
        waiting.clear();
        askedNs.clear();
        nowNs = random.nextLong(-1L << 40, 1L << 40);
        counters = Counters.anonymous(IpCounter.values().length).addAll(IpCounter.class);
        table = new NeighbourTable(
                16, STEPS, delayNs, this::onRequest, (waiter, reachable) -> onTold(waiter), counters);
        for (int step = 0; step < STEPS; step++) {
            final int address = 1 + random.nextInt(ADDRESSES);
            final long mac = MacAddress.local(random.nextInt(2));
            switch (random.nextInt(5)) {
                case 0, 1 -> resolve(address, step);
                case 2 -> table.update(0, address, mac, random.nextBoolean(), nowNs);
                case 3 -> table.learn(0, address, mac, nowNs);
                default -> advance(random.nextLong(2 * NeighbourTable.REQUEST_INTERVAL_NS));
            }
            assertTrue(table.nextDeadlineNs() > nowNs, "nothing is due that was not done");
            askedNs.keySet().removeIf(asked -> table.state(0, asked, nowNs) == null);
        }
        advance(NeighbourTable.DELAY_NS);
        for (int request = 0; request <= NeighbourTable.REQUESTS; request++) {
            advance(NeighbourTable.REQUEST_INTERVAL_NS);
        }
        assertEquals(Set.of(), waiting, "nobody waits in vain");
        assertEquals(NeighbourTable.NO_DEADLINE, table.nextDeadlineNs());
    }

    private void advance(final long ns) {
        nowNs += ns;
        table.poll(nowNs);
    }

    private void resolve(final int address, final int waiter) {
        final long full = counters.value(IpCounter.NEIGHBOURS_FULL);
        final long mac = table.resolve(0, address, waiter, nowNs);
        if (mac != NeighbourTable.UNRESOLVED) {
            assertTrue(MacAddress.isUnicast(mac));
        } else if (counters.value(IpCounter.NEIGHBOURS_FULL) == full) {
            assertTrue(waiting.add(waiter));
        }
    }

    private void onTold(final int waiter) {
        assertTrue(waiting.remove(waiter), "waiter " + waiter + " was told without waiting");
    }

    /** RFC 1122 2.3.2.1: no broadcast for an address less than a second after it was asked for. */
    private void onRequest(final long hi, final long address, final long mac) {
        final Long lastNs = askedNs.put((int) address, nowNs);
        final boolean tooSoon = lastNs != null && nowNs - lastNs < NeighbourTable.REQUEST_INTERVAL_NS;
        assertTrue(!tooSoon || mac != MacAddress.BROADCAST, "asked everybody for " + address + " too soon");
    }
}
