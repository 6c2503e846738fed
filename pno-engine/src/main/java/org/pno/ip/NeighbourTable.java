package org.pno.ip;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.pno.counters.CounterGroup;
import org.pno.wire.MacAddress;

/**
 * Link addresses of the hosts on attached networks: RFC 826 with the cache rules of RFC 1122 2.3.2. Bounded, and keeps
 * no packets: who needs a neighbour that is not known yet leaves a token and is told ({@link NeighbourListener}).
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

    private static final int WAYS = 8;
    private static final int GOLDEN_RATIO = 0x9E3779B9;

    /** Sends the requests that the table decides on. */
    @FunctionalInterface
    interface RequestSender {
        /** Asks who has {@code address}, of everybody or of the station {@code mac} that had it last. */
        void sendRequest(int address, long mac);
    }

    private final RequestSender sender;
    private final NeighbourListener listener;
    private final CounterGroup<IpCounter> counters;
    private final WaiterPool waiters;
    private final int hashShift;

    private final int[] addresses;
    private final long[] macs;
    /** Null where there is no entry. */
    private final NeighbourState[] states;
    /** REACHABLE: until when; INCOMPLETE and PROBE: when to ask again or give up. */
    private final long[] deadlinesNs;

    private final long[] usedNs;
    private final byte[] requests;
    private final int[] queues;

    /** Entries that are or were INCOMPLETE or PROBE, in no order, each once. */
    private final int[] asking;

    private final boolean[] isAsking;
    private int askingCount;
    private long nextDeadlineNs = NO_DEADLINE;

    /**
     * Makes an empty table.
     *
     * @param capacity entries, a power of two and 8 at least
     * @param maxWaiters tokens that may wait at one time
     */
    NeighbourTable(
            final int capacity,
            final int maxWaiters,
            final RequestSender sender,
            final NeighbourListener listener,
            final CounterGroup<IpCounter> counters) {
        if (capacity < WAYS || Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("capacity is " + capacity + "; use a power of two, 8 or more");
        }
        this.sender = sender;
        this.listener = listener;
        this.counters = counters;
        waiters = new WaiterPool(maxWaiters);
        hashShift = Integer.SIZE - Integer.numberOfTrailingZeros(capacity / WAYS);
        addresses = new int[capacity];
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
     * @param address of a next hop on an attached network
     * @param waiter who is told if the answer is {@link #UNRESOLVED}, or {@link #NOBODY}. If too many wait, it is not
     * told:
     *     ask again by a timer of your own
     * @return a {@link MacAddress}, or {@link #UNRESOLVED}
     */
    public long resolve(final int address, final int waiter, final long nowNs) {
        int entry = find(address);
        if (entry < 0) {
            entry = take(address, NeighbourState.FAILED);
            if (entry < 0) {
                counters.increment(IpCounter.NEIGHBOURS_FULL);
                return UNRESOLVED;
            }
        }
        usedNs[entry] = nowNs;
        final NeighbourState state = states[entry];
        if (state == NeighbourState.PROBE || (state == NeighbourState.REACHABLE && nowNs - deadlinesNs[entry] < 0)) {
            return macs[entry];
        }
        if (state == NeighbourState.REACHABLE || state == NeighbourState.STALE) {
            ask(entry, NeighbourState.PROBE, macs[entry], nowNs);
            return macs[entry];
        }
        if (state == NeighbourState.FAILED) {
            ask(entry, NeighbourState.INCOMPLETE, MacAddress.BROADCAST, nowNs);
        }
        await(entry, waiter);
        return UNRESOLVED;
    }

    /** Advice from above that a neighbour forwards our packets (RFC 1122 2.3.2.1, method 4): saves asking it. */
    public void confirm(final int address, final long nowNs) {
        final int entry = find(address);
        if (entry >= 0 && states[entry] != NeighbourState.INCOMPLETE && states[entry] != NeighbourState.FAILED) {
            states[entry] = NeighbourState.REACHABLE;
            deadlinesNs[entry] = nowNs + REACHABLE_NS;
        }
    }

    /** The state of a neighbour, or null if it is not in the table. */
    public NeighbourState state(final int address, final long nowNs) {
        final int entry = find(address);
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
    boolean update(final int address, final long mac, final boolean answered, final long nowNs) {
        final int entry = find(address);
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

    /** A station has asked us from an address: it is about to speak to us, so remember it (RFC 826, reception). */
    void learn(final int address, final long mac, final long nowNs) {
        if (update(address, mac, false, nowNs)) {
            return;
        }
        final int entry = take(address, NeighbourState.STALE);
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
        return states[entry] == NeighbourState.INCOMPLETE || states[entry] == NeighbourState.PROBE;
    }

    private void askAgain(final int entry, final long nowNs) {
        if (requests[entry] < REQUESTS) {
            requests[entry]++;
            deadlinesNs[entry] = nowNs + REQUEST_INTERVAL_NS;
            final boolean known = states[entry] == NeighbourState.PROBE;
            sender.sendRequest(addresses[entry], known ? macs[entry] : MacAddress.BROADCAST);
        } else {
            states[entry] = NeighbourState.FAILED;
            counters.increment(IpCounter.NEIGHBOURS_FAILED);
            release(entry, false);
        }
    }

    private void ask(final int entry, final NeighbourState state, final long mac, final long nowNs) {
        states[entry] = state;
        requests[entry] = 1;
        deadlinesNs[entry] = nowNs + REQUEST_INTERVAL_NS;
        nextDeadlineNs = Math.min(nextDeadlineNs, deadlinesNs[entry]);
        if (!isAsking[entry]) {
            isAsking[entry] = true;
            asking[askingCount++] = entry;
        }
        sender.sendRequest(addresses[entry], mac);
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

    private int firstOfSet(final int address) {
        return hashShift == Integer.SIZE ? 0 : ((address * GOLDEN_RATIO) >>> hashShift) * WAYS;
    }

    private int find(final int address) {
        final int first = firstOfSet(address);
        for (int entry = first; entry < first + WAYS; entry++) {
            if (addresses[entry] == address && states[entry] != null) {
                return entry;
            }
        }
        return -1;
    }

    /** Makes an entry, in the place of the least recently used of its set; -1 if all are being asked for. */
    private int take(final int address, final NeighbourState state) {
        final int first = firstOfSet(address);
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
            addresses[victim] = address;
            macs[victim] = MacAddress.NONE;
            states[victim] = state;
        }
        return victim;
    }
}
