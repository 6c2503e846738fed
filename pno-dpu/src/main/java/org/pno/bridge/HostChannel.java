package org.pno.bridge;

import java.lang.foreign.Arena;
import org.pno.link.EventWriter;
import org.pno.link.SubmissionReader;

/**
 * The DPU's side of one channel: readers and writers of its G-rings, and where it stands between polled and parked. All
 * reads of its host line go through one place ({@link Channels}), at most one at a time; each read has purposes. So do
 * those of its sleepSeq after events, which wait for no other.
 */
final class HostChannel {
    /** Look for submissions, and whether what is owed can be paid. */
    static final int TO_POLL = 1;
    /** Look once more before the channel stays parked. */
    static final int TO_PARK = 2;

    /** Between polled and parked (docs/link-protocol.md, Sleeping). */
    enum Parking {
        POLLED,
        /** {@code asleep} is posted, not yet complete. */
        ANNOUNCED,
        /** {@code asleep} is complete; the new look is under way. */
        LOOKING,
        PARKED
    }

    final HostArena arena;
    final int number;
    final long offset;
    final SubmissionReader reader;
    final EventWriter events;
    /** Null while no process has it. */
    Bell bell;

    Parking parking = Parking.POLLED;
    /** Ticket of the last write of {@code asleep}. */
    long asleepTicket;
    /** Announced that events are owed. */
    boolean isOwing;
    /** Something came up while parking: do not stay parked. */
    boolean mustWake;
    /** evHead as it was when parking began. */
    long parkingEventHead;
    /** Place in the list of polled channels, or NONE. */
    int polledIndex = BridgeSocket.NONE;
    /** Stands in the queue of channels that have something to say. */
    boolean isReady;

    /** Purposes of the read under way; 0 if there is none. */
    int readUnderWay;
    /** Purposes of the next read. */
    int readWanted;

    boolean isSleepReadUnderWay;
    /** Events have followed since the read of sleepSeq that is under way. */
    boolean isSleepReadWanted;

    boolean areEntriesUnderWay;
    /** Ticket of the last write of subHead. */
    long headTicket;
    /** The cycle in which submissions were last read. */
    long servedCycle;
    /** The channel stands in the queue of events posted with this ticket. */
    long eventTicket;
    /** The record that a sweep reads next, or NONE. */
    int sweepRecord = BridgeSocket.NONE;

    HostChannel(final HostArena arena, final int number, final Bus bus) {
        this.arena = arena;
        this.number = number;
        offset = arena.geometry().channelOffset(number);
        reader = new SubmissionReader(
                bus.memory(), arena.region(), offset, Arena.ofAuto().allocate(SubmissionReader.COPY_BYTES, 64), 0);
        events = new EventWriter(
                bus.memory(), arena.region(), offset, arena.geometry().recordCount(), arena::generationOf);
    }

    /** The host line told of something that has not been taken up, or it has arrived already. */
    boolean hasSubmissions() {
        return reader.available() > 0 || reader.isSweepAsked() || hasArrived();
    }

    /** Submissions that were read ahead have arrived. */
    boolean hasArrived() {
        return reader.fetched() > 0 && !areEntriesUnderWay;
    }

    boolean isLive() {
        return bell != null && arena.isLive();
    }
}
