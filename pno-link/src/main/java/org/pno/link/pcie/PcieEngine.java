package org.pno.link.pcie;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.PriorityQueue;
import org.pno.link.HostMemory;

/**
 * The emulated DMA engine: takes operations in the order in which they were posted, has so many under way at once, and
 * lets each take effect and complete when {@link PcieTimetable} says. What is under way stands in memory of its own: a
 * write's bytes are taken from their source when it starts and reach the host when it lands; a read's are taken from
 * the host at its time and reach their target when it completes.
 *
 * <p>It has no thread: whoever calls {@link #advance} lets all happen that is due by then, in the order of time. A slot
 * that became free is used from the time it did, so that a late call changes nothing but how late things are seen.
 */
final class PcieEngine {
    private final HostMemory host;
    private final PcieTimetable timetable;
    private final PcieBatches batches;
    private final MemorySegment staging;
    private final ArrayDeque<PcieOperation> waiting = new ArrayDeque<>();
    private final PriorityQueue<PcieOperation> underWay = new PriorityQueue<>();
    private final ArrayDeque<PcieOperation> spares = new ArrayDeque<>();
    private final int[] freeSlots;
    private int freeCount;
    /** When the last of all slots became free that were taken; what starts in it starts no sooner. */
    private long slotFreedNs;

    private long started;
    /** By region: how often it was removed. */
    private int[] lives = new int[4];

    private boolean isCut;

    PcieEngine(
            final HostMemory host,
            final PcieTiming timing,
            final PcieBatches batches,
            final long nowNs,
            final long seed) {
        this.host = host;
        this.batches = batches;
        timetable = new PcieTimetable(timing, nowNs, seed);
        slotFreedNs = nowNs;
        freeSlots = new int[timing.outstanding()];
        freeCount = freeSlots.length;
        for (int slot = 0; slot < freeCount; slot++) {
            freeSlots[slot] = slot;
        }
        staging = Arena.ofAuto().allocate((long) freeCount * PcieTiming.PIECE_BYTES, PcieTiming.PIECE_BYTES);
    }

    /** An operation of the open batch, to be filled in by the caller, behind all others. */
    PcieOperation add(final PcieOperation.Kind kind, final int region, final long hostOffset, final int length) {
        final PcieOperation spare = spares.poll();
        final PcieOperation operation = spare != null ? spare : new PcieOperation();
        operation.kind = kind;
        operation.region = region;
        operation.regionLife = life(region);
        operation.hostOffset = hostOffset;
        operation.length = length;
        operation.ticket = batches.add();
        waiting.add(operation);
        return operation;
    }

    private int life(final int region) {
        return region < lives.length ? lives[region] : 0;
    }

    /** What is under way on the region does nothing any more, though it completes. */
    void abandon(final int region) {
        if (region >= lives.length) {
            lives = Arrays.copyOf(lives, region + 4);
        }
        lives[region]++;
    }

    /** Nothing takes effect any more, though everything completes. */
    void cut() {
        isCut = true;
    }

    /** Lets all happen that is due. */
    void advance(final long nowNs) {
        while (true) {
            final PcieOperation next = underWay.peek();
            if (canStart(nowNs) && (next == null || next.dueIn(startNs()) >= 0)) {
                start();
            } else if (next != null && next.isDue(nowNs)) {
                underWay.remove();
                step(next);
            } else {
                return;
            }
        }
    }

    private boolean canStart(final long nowNs) {
        return hasStartable() && startNs() - nowNs <= 0;
    }

    private boolean hasStartable() {
        return freeCount > 0 && !waiting.isEmpty() && waiting.peek().ticket <= batches.posted();
    }

    /** When the next operation starts, or could have. */
    private long startNs() {
        final long readyNs = batches.readyNs(waiting.peek().ticket);
        return readyNs - slotFreedNs > 0 ? readyNs : slotFreedNs;
    }

    private void start() {
        final long startNs = startNs();
        final PcieOperation operation = waiting.remove();
        operation.slot = freeSlots[--freeCount];
        operation.number = started++;
        timetable.plan(operation, startNs);
        if (operation.kind == PcieOperation.Kind.WRITE) {
            MemorySegment.copy(operation.local, operation.localOffset, staging, stagingOf(operation), operation.length);
        }
        underWay.add(operation);
    }

    private void step(final PcieOperation operation) {
        if (operation.hasEffect) {
            complete(operation);
            return;
        }
        if (isReachable(operation)) {
            takeEffect(operation);
        }
        operation.hasEffect = true;
        underWay.add(operation);
    }

    private boolean isReachable(final PcieOperation operation) {
        return !isCut && operation.regionLife == life(operation.region) && !host.hasFailed(operation.region);
    }

    private void takeEffect(final PcieOperation operation) {
        final long at = stagingOf(operation);
        switch (operation.kind) {
            case READ -> host.read(operation.region, operation.hostOffset, staging, at, operation.length);
            case READ_WORDS ->
                host.readWords(operation.region, operation.hostOffset, staging, at, operation.length / Long.BYTES);
            case WRITE -> host.write(operation.region, operation.hostOffset, staging, at, operation.length);
            case WRITE_WORD -> host.writeWord(operation.region, operation.hostOffset, operation.word);
        }
        // On this machine's memory a read may pass a write that took effect before it, unless a fence stands between.
        host.post();
    }

    private void complete(final PcieOperation operation) {
        if (operation.kind.isRead() && isReachable(operation)) {
            MemorySegment.copy(staging, stagingOf(operation), operation.local, operation.localOffset, operation.length);
        }
        if (freeCount == 0) {
            slotFreedNs = operation.doneNs;
        }
        freeSlots[freeCount++] = operation.slot;
        batches.done(operation.ticket);
        operation.local = null;
        spares.push(operation);
    }

    private static long stagingOf(final PcieOperation operation) {
        return (long) operation.slot * PcieTiming.PIECE_BYTES;
    }

    /** Nanoseconds from then until something happens; Long.MAX_VALUE if nothing will. */
    long nextIn(final long nowNs) {
        long next = underWay.isEmpty() ? Long.MAX_VALUE : underWay.peek().dueIn(nowNs);
        if (hasStartable()) {
            next = Math.min(next, startNs() - nowNs);
        }
        return Math.max(0, next);
    }
}
