package org.pno.ip;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.pno.counters.CounterGroup;
import org.pno.wire.MacAddress;

/**
 * Link addresses of the hosts on attached networks, of one family: RFC 826 with the cache rules of RFC 1122 2.3.2, or
 * RFC 4861 7.3. The states are the same; {@link Arp} and {@link Ndp} say what a packet means for them. Addresses are
 * 128 bits, IPv4 as mapped. Bounded, and keeps no packets: who needs a neighbour that is not known yet leaves a token
 * and is told ({@link NeighbourListener}).
 *
 * <p>Entries stand in sets of eight, found by the address's hash; a full set forgets the one that was used longest ago.
 * So a station that makes itself known (by asking us) displaces no neighbour in use.
 */
public final class NeighbourTable {
    /** Answer of {@link #resolve}: not known yet; the waiter will be told. */
    public static final long UNRESOLVED = -1;

    /** A waiter that need not be told. */
    public static final int NOBODY = -1;

    /** Nothing to do at any time, answer of {@link #nextDeadlineNs()}. */
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    /** How long a confirmation counts. */
    public static final long REACHABLE_NS = TimeUnit.SECONDS.toNanos(30);

    /** RFC 1122 2.3.2.1: no more than one request per second for one address. */
    public static final long REQUEST_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    /** Requests before a neighbour counts as failed. */
    public static final int REQUESTS = 3;

    /** RFC 4861 10: DELAY_FIRST_PROBE_TIME, within which TCP may confirm a neighbour by itself. */
    public static final long DELAY_NS = TimeUnit.SECONDS.toNanos(5);

    /** ARP asks at the first use of a stale entry (RFC 1122 2.3.2.1 knows no delay). */
    static final long NO_DELAY = 0;

    private static final int WAYS = 8;
    private static final long GOLDEN_RATIO = 0x9E37_79B9_7F4A_7C15L;

    /** Sends the requests that the table decides on. */
    @FunctionalInterface
    interface RequestSender {
        /** Asks who has the address, of everybody (BROADCAST) or of the station {@code mac} that had it last. */
        void sendRequest(long hi, long lo, long mac);
    }

    private final RequestSender sender;
    private final NeighbourListener listener;
    private final CounterGroup<IpCounter> counters;
    private final WaiterPool waiters;
    private final long delayNs;
    private final int hashShift;

    private final long[] addressesHi;
    private final long[] addressesLo;
    private final long[] macs;
    /** Null where there is no entry. */
    private final NeighbourState[] states;
    /** REACHABLE: until when; DELAY, INCOMPLETE and PROBE: when to ask, to ask again or to give up. */
    private final long[] deadlinesNs;

    private final long[] usedNs;
    private final byte[] requests;
    private final int[] queues;

    /** Entries that are or were DELAY, INCOMPLETE or PROBE, in no order, each once. */
    private final int[] asking;

    private final boolean[] isAsking;
    private int askingCount;
    private long nextDeadlineNs = NO_DEADLINE;

    /**
     * Makes an empty table.
     *
     * @param capacity entries, a power of two and 8 at least
     * @param maxWaiters tokens that may wait at one time
     * @param delayNs how long a stale neighbour is used before it is asked, {@link #DELAY_NS} or {@link #NO_DELAY}
     */
    NeighbourTable(
            final int capacity,
            final int maxWaiters,
            final long delayNs,
            final RequestSender sender,
            final NeighbourListener listener,
            final CounterGroup<IpCounter> counters) {
        if (capacity < WAYS || Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("capacity is " + capacity + "; use a power of two, 8 or more");
        }
        this.sender = sender;
        this.listener = listener;
        this.counters = counters;
        this.delayNs = delayNs;
        waiters = new WaiterPool(maxWaiters);
        hashShift = Long.SIZE - Integer.numberOfTrailingZeros(capacity / WAYS);
        addressesHi = new long[capacity];
        addressesLo = new long[capacity];
        macs = new long[capacity];
        states = new NeighbourState[capacity];
        deadlinesNs = new long[capacity];
        usedNs = new long[capacity];
        requests = new byte[capacity];
        queues = new int[capacity];
        Arrays.fill(queues, WaiterPool.EMPTY);
        asking = new int[capacity];
        isAsking = new boolean[capacity];
    }

    /**
     * Finds the link address of a neighbour, and starts asking for it where it is not known.
     *
     * @param hi with lo, the address of a next hop on an attached network
     * @param waiter who is told if the answer is {@link #UNRESOLVED}, or {@link #NOBODY}. If too many wait, it is not
     * told:
     *     ask again by a timer of your own
     * @return a {@link MacAddress}, or {@link #UNRESOLVED}
     */
    public long resolve(final long hi, final long lo, final int waiter, final long nowNs) {
        int entry = find(hi, lo);
        if (entry < 0) {
            entry = take(hi, lo, NeighbourState.FAILED);
            if (entry < 0) {
                counters.increment(IpCounter.NEIGHBOURS_FULL);
                return UNRESOLVED;
            }
        }
        usedNs[entry] = nowNs;
        final NeighbourState state = states[entry];
        if (state == NeighbourState.PROBE
                || state == NeighbourState.DELAY
                || (state == NeighbourState.REACHABLE && nowNs - deadlinesNs[entry] < 0)) {
            return macs[entry];
        }
        if (state == NeighbourState.REACHABLE || state == NeighbourState.STALE) {
            useStale(entry, nowNs);
            return macs[entry];
        }
        if (state == NeighbourState.FAILED) {
            ask(entry, NeighbourState.INCOMPLETE, MacAddress.BROADCAST, nowNs);
        }
        await(entry, waiter);
        return UNRESOLVED;
    }

    /** The first use of what was confirmed long ago or never. */
    private void useStale(final int entry, final long nowNs) {
        if (delayNs == NO_DELAY) {
            ask(entry, NeighbourState.PROBE, macs[entry], nowNs);
        } else {
            states[entry] = NeighbourState.DELAY;
            requests[entry] = 0;
            wakeAt(entry, nowNs + delayNs);
        }
    }

    /** Advice from above that a neighbour forwards our packets (RFC 1122 2.3.2.1, method 4): saves asking it. */
    public void confirm(final long hi, final long lo, final long nowNs) {
        final int entry = find(hi, lo);
        if (entry >= 0 && states[entry] != NeighbourState.INCOMPLETE && states[entry] != NeighbourState.FAILED) {
            states[entry] = NeighbourState.REACHABLE;
            deadlinesNs[entry] = nowNs + REACHABLE_NS;
        }
    }

    /** The state of a neighbour, or null if it is not in the table. */
    public NeighbourState state(final long hi, final long lo, final long nowNs) {
        final int entry = find(hi, lo);
        if (entry < 0) {
            return null;
        }
        final boolean expired = states[entry] == NeighbourState.REACHABLE && nowNs - deadlinesNs[entry] >= 0;
        return expired ? NeighbourState.STALE : states[entry];
    }

    /**
     * A station says that it has an address.
     *
     * @param answered true if it says so to us, in a reply
     * @return false if nobody asked for that address: nothing is learnt
     */
    boolean update(final long hi, final long lo, final long mac, final boolean answered, final long nowNs) {
        final int entry = find(hi, lo);
        if (entry < 0) {
            return false;
        }
        final boolean moved = macs[entry] != mac;
        macs[entry] = mac;
        if (answered) {
            states[entry] = NeighbourState.REACHABLE;
            deadlinesNs[entry] = nowNs + REACHABLE_NS;
        } else if (moved || states[entry] == NeighbourState.INCOMPLETE || states[entry] == NeighbourState.FAILED) {
            states[entry] = NeighbourState.STALE; // What was not asked for is used, and confirmed by its first use.
        }
        release(entry, true);
        return true;
    }

    /**
     * A neighbour advertisement, RFC 4861 7.2.5, for an address that there is an entry for.
     *
     * @param mac the target's, or NONE if the advertisement does not say
     * @param solicited true if it answers a question of ours
     * @param override true if it may replace the link address we know
     * @return false if nobody asked for that address, or it says nothing: nothing is learnt
     */
    boolean advertise(
            final long hi,
            final long lo,
            final long mac,
            final boolean solicited,
            final boolean override,
            final long nowNs) {
        final int entry = find(hi, lo);
        if (entry < 0) {
            return false;
        }
        final boolean unknown = states[entry] == NeighbourState.INCOMPLETE || states[entry] == NeighbourState.FAILED;
        if (unknown) {
            return mac != MacAddress.NONE && update(hi, lo, mac, solicited, nowNs);
        }
        final boolean other = mac != MacAddress.NONE && mac != macs[entry];
        if (other && !override) {
            if (states[entry] == NeighbourState.REACHABLE) {
                states[entry] = NeighbourState.STALE; // Somebody is wrong: the next use finds out who.
            }
            return true;
        }
        return update(hi, lo, other ? mac : macs[entry], solicited, nowNs);
    }

    /** A station has asked us from an address: it is about to speak to us, so remember it (RFC 826, reception). */
    void learn(final long hi, final long lo, final long mac, final long nowNs) {
        if (update(hi, lo, mac, false, nowNs)) {
            return;
        }
        final int entry = take(hi, lo, NeighbourState.STALE);
        if (entry >= 0) {
            macs[entry] = mac;
            usedNs[entry] = Long.MIN_VALUE;
        }
    }

    /** When {@link #poll} has something to do next, or {@link #NO_DEADLINE}. */
    public long nextDeadlineNs() {
        return nextDeadlineNs;
    }

    /** Asks again, or gives up. */
    void poll(final long nowNs) {
        if (nextDeadlineNs == NO_DEADLINE || nowNs - nextDeadlineNs < 0) {
            return;
        }
        nextDeadlineNs = NO_DEADLINE;
        for (int i = askingCount - 1; i >= 0; i--) {
            final int entry = asking[i];
            if (isWaiting(entry) && nowNs - deadlinesNs[entry] >= 0) {
                askAgain(entry, nowNs);
            }
            if (isWaiting(entry)) {
                nextDeadlineNs = Math.min(nextDeadlineNs, deadlinesNs[entry]);
            } else {
                isAsking[entry] = false;
                asking[i] = asking[--askingCount];
            }
        }
    }

    private boolean isWaiting(final int entry) {
        return states[entry] == NeighbourState.INCOMPLETE
                || states[entry] == NeighbourState.PROBE
                || states[entry] == NeighbourState.DELAY;
    }

    private void askAgain(final int entry, final long nowNs) {
        if (states[entry] == NeighbourState.DELAY) {
            states[entry] = NeighbourState.PROBE; // RFC 4861 7.3.3: nobody has confirmed it meanwhile.
        }
        if (requests[entry] < REQUESTS) {
            requests[entry]++;
            deadlinesNs[entry] = nowNs + REQUEST_INTERVAL_NS;
            final boolean known = states[entry] == NeighbourState.PROBE;
            sender.sendRequest(addressesHi[entry], addressesLo[entry], known ? macs[entry] : MacAddress.BROADCAST);
        } else {
            states[entry] = NeighbourState.FAILED;
            counters.increment(IpCounter.NEIGHBOURS_FAILED);
            release(entry, false);
        }
    }

    private void ask(final int entry, final NeighbourState state, final long mac, final long nowNs) {
        states[entry] = state;
        requests[entry] = 1;
        wakeAt(entry, nowNs + REQUEST_INTERVAL_NS);
        sender.sendRequest(addressesHi[entry], addressesLo[entry], mac);
    }

    private void wakeAt(final int entry, final long deadlineNs) {
        deadlinesNs[entry] = deadlineNs;
        nextDeadlineNs = Math.min(nextDeadlineNs, deadlineNs);
        if (!isAsking[entry]) {
            isAsking[entry] = true;
            asking[askingCount++] = entry;
        }
    }

    private void await(final int entry, final int waiter) {
        if (waiter == NOBODY) {
            return;
        }
        if (waiters.isFull()) {
            counters.increment(IpCounter.WAITERS_FULL);
            return;
        }
        queues[entry] = waiters.add(queues[entry], waiter);
    }

    /** Tells the waiters. They may ask again while they are told, so the queue is taken off the entry before. */
    private void release(final int entry, final boolean reachable) {
        int queue = queues[entry];
        queues[entry] = WaiterPool.EMPTY;
        while (queue != WaiterPool.EMPTY) {
            final int waiter = waiters.first(queue);
            queue = waiters.removeFirst(queue);
            listener.onNeighbour(waiter, reachable);
        }
    }

    private int firstOfSet(final long hi, final long lo) {
        final long mixed = (lo ^ lo >>> 32 ^ Long.rotateLeft(hi, 17)) * GOLDEN_RATIO;
        return hashShift == Long.SIZE ? 0 : (int) (mixed >>> hashShift) * WAYS;
    }

    private int find(final long hi, final long lo) {
        final int first = firstOfSet(hi, lo);
        for (int entry = first; entry < first + WAYS; entry++) {
            if (addressesLo[entry] == lo && addressesHi[entry] == hi && states[entry] != null) {
                return entry;
            }
        }
        return -1;
    }

    /** Makes an entry, in the place of the least recently used of its set; -1 if all are being asked for. */
    private int take(final long hi, final long lo, final NeighbourState state) {
        final int first = firstOfSet(hi, lo);
        int victim = -1;
        for (int entry = first; entry < first + WAYS; entry++) {
            if (states[entry] == null) {
                victim = entry;
                break;
            }
            if (!isWaiting(entry) && (victim < 0 || usedNs[entry] < usedNs[victim])) {
                victim = entry;
            }
        }
        if (victim >= 0) {
            addressesHi[victim] = hi;
            addressesLo[victim] = lo;
            macs[victim] = MacAddress.NONE;
            states[victim] = state;
        }
        return victim;
    }
}
