package org.pno.port;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.pno.wire.BigEndian;
import org.pno.wire.EthernetHeader;
import org.pno.wire.VirtioNetHeader;

/**
 * One direction of a bad wire: takes segments, loses, damages, doubles and holds some back, and gives them out when
 * they are due. What it does depends on nothing but the profile, the seed, the segments and the times handed in. Each
 * kind of fault draws from a stream of its own, so that changing one leaves the others where they struck. One thread.
 */
final class FaultLine {
    /** Most segments that can overtake one. */
    static final int MAX_OVERTAKERS = 64;

    /** {@link #nextDueNs()}: nothing is held. */
    static final long NEVER = Long.MAX_VALUE;

    /** A segment waits no longer than this to be overtaken, so that the last of a burst arrives too. */
    private static final long OVERTAKE_WITHIN_NS = 10_000_000L;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final FaultProfile profile;
    private final FramePool pool;
    private final MemorySegment memory;
    private final PortCounters counters;
    private final SplittableRandom lossRandom;
    private final SplittableRandom corruptRandom;
    private final SplittableRandom duplicateRandom;
    private final SplittableRandom reorderRandom;
    private final SplittableRandom jitterRandom;

    private final DueQueue due;
    private final DueQueue overtaken;
    private long accepted;
    private long overtakeDeadlineNs = NEVER;
    private long wireFreeNs = Long.MIN_VALUE;
    private int polledLength;

    /** @param capacity segments held at most */
    FaultLine(
            final FaultProfile profile,
            final long seed,
            final FramePool pool,
            final PortCounters counters,
            final int capacity) {
        this.profile = profile;
        this.pool = pool;
        memory = pool.memory();
        this.counters = counters;
        final SplittableRandom seeds = new SplittableRandom(seed);
        lossRandom = seeds.split();
        corruptRandom = seeds.split();
        duplicateRandom = seeds.split();
        reorderRandom = seeds.split();
        jitterRandom = seeds.split();
        due = new DueQueue(capacity);
        overtaken = new DueQueue(Math.min(capacity, MAX_OVERTAKERS));
    }

    /** Takes a segment. */
    void accept(final long frame, final int length, final long nowNs) {
        accepted++;
        if (strikes(lossRandom, profile.loss())) {
            counters.faultLost++;
            pool.release(frame);
        } else {
            if (strikes(corruptRandom, profile.corrupt())) {
                corrupt(frame, length);
            }
            if (strikes(duplicateRandom, profile.duplicate())) {
                duplicate(frame, length, nowNs);
            }
            if (strikes(reorderRandom, profile.reorder()) && overtaken.add(accepted, frame, length)) {
                counters.faultReordered++;
                overtakeDeadlineNs = Math.min(overtakeDeadlineNs, nowNs + OVERTAKE_WITHIN_NS);
            } else {
                schedule(frame, length, nowNs);
            }
        }
        releaseOvertaken(nowNs, accepted - profile.reorderBy());
    }

    private static boolean strikes(final SplittableRandom random, final double probability) {
        return random.nextDouble() < probability;
    }

    /** A flipped bit in an IP packet is always found by a checksum; ARP has none, and is left alone. */
    private void corrupt(final long frame, final int length) {
        final int packetBits = (length - EthernetHeader.BYTES) * Byte.SIZE;
        final int bit = (int) (corruptRandom.nextDouble() * packetBits);
        if (packetBits <= 0
                || BigEndian.u16(memory, frame + EthernetHeader.BYTES - Short.BYTES) != EthernetHeader.ETHERTYPE_IPV4) {
            return;
        }
        final long offset = frame + EthernetHeader.BYTES + bit / Byte.SIZE;
        BigEndian.u8(memory, offset, BigEndian.u8(memory, offset) ^ 1 << bit % Byte.SIZE);
        counters.faultCorrupted++;
    }

    private void duplicate(final long frame, final int length, final long nowNs) {
        final long copy = pool.allocate();
        if (copy == FramePool.NONE) {
            counters.faultOverflow++;
            return;
        }
        final int marks = VirtioNetHeader.BYTES;
        MemorySegment.copy(memory, frame - marks, memory, copy - marks, length + marks);
        counters.faultDuplicated++;
        schedule(copy, length, nowNs);
    }

    private void schedule(final long frame, final int length, final long nowNs) {
        long leavesNs = nowNs;
        if (profile.rateBitsPerSecond() > 0) {
            final long startsNs = Math.max(wireFreeNs, nowNs);
            if (profile.queueNs() > 0 && startsNs - nowNs > profile.queueNs()) {
                counters.faultQueueFull++;
                pool.release(frame);
                return;
            }
            final long bits = (long) length * Byte.SIZE;
            wireFreeNs = startsNs + bits * NANOS_PER_SECOND / profile.rateBitsPerSecond();
            leavesNs = wireFreeNs;
        }
        final long jitterNs = (long) (jitterRandom.nextDouble() * profile.jitterNs());
        if (!due.add(leavesNs + profile.delayNs() + jitterNs, frame, length)) {
            counters.faultOverflow++;
            pool.release(frame);
        }
    }

    /** Lets go on what came with number {@code upTo} or before. */
    private void releaseOvertaken(final long nowNs, final long upTo) {
        while (!overtaken.isEmpty() && overtaken.firstKey() <= upTo) {
            final int length = overtaken.firstLength();
            schedule(overtaken.removeFirst(), length, nowNs);
        }
        if (overtaken.isEmpty()) {
            overtakeDeadlineNs = NEVER;
        }
    }

    /**
     * The next segment that is due; its length is {@link #polledLength()}.
     *
     * @return {@link FramePool#NONE} if none is
     */
    long poll(final long nowNs) {
        if (nowNs >= overtakeDeadlineNs) {
            releaseOvertaken(nowNs, accepted);
        }
        if (due.isEmpty() || due.firstKey() > nowNs) {
            return FramePool.NONE;
        }
        polledLength = due.firstLength();
        return due.removeFirst();
    }

    int polledLength() {
        return polledLength;
    }

    /** When the next segment is due, or {@link #NEVER}. */
    long nextDueNs() {
        return Math.min(due.isEmpty() ? NEVER : due.firstKey(), overtakeDeadlineNs);
    }

    /** Gives all frames back to the pool. */
    void clear() {
        while (!overtaken.isEmpty()) {
            pool.release(overtaken.removeFirst());
        }
        while (!due.isEmpty()) {
            pool.release(due.removeFirst());
        }
        overtakeDeadlineNs = NEVER;
    }
}
