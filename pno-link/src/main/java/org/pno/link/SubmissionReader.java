package org.pno.link;

import static org.pno.link.ChannelDescriptor.SUB_CAPACITY;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The DPU's reader of one channel: its host line, and its SUB ring. It keeps the head to itself and reads everything
 * into private memory before it looks at it.
 *
 * <pre>
 *   postLine, postAhead ──ticket──► onLine, takeAhead ──► entry(0..n-1) ──► release
 *                                   └─available──► postEntries ──ticket──► entry(0..n-1) ──► release
 * </pre>
 *
 * Each arrow marked ticket is the completion of the batch that the step before it was posted in; steps may be repeated
 * but not overlap. On a mapping the whole row runs within one cycle.
 */
public final class SubmissionReader {
    /** Submissions that one {@link #postEntries} fetches at most. */
    public static final int BATCH = 64;

    private static final int LINE_BYTES = 64;

    /** Where sleepSeq alone is read to: the line itself ends before. */
    private static final int SLEEP_SEQUENCE_AT = LINE_BYTES - Long.BYTES;

    /** Slots that one {@link #postAhead} reads at most. */
    static final int MOST_AHEAD = 16;

    private static final int AHEAD_AT = LINE_BYTES + BATCH * SubmissionDescriptor.BYTES;

    /** Private memory that a reader needs, 8-byte aligned. */
    public static final int COPY_BYTES = AHEAD_AT + MOST_AHEAD * SubmissionDescriptor.BYTES;

    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG;

    private final HostMemory memory;
    private final int region;
    private final long channelOffset;
    private final MemorySegment copy;
    private final long copyOffset;
    private final Submission submission = new Submission();

    private long head;
    private long tail;
    private int fetched;
    /** Where in the copy the fetched ones stand. */
    private int fetchedAt = LINE_BYTES;
    /** Slots that are read ahead, under way. */
    private int ahead;

    private long aheadHead;
    /** Slots that the next reading ahead takes: as many as there were lately. */
    private int aheadWanted = 1;

    /** The head that the host knows of. */
    private long toldHead;

    private long overflow;
    private boolean isSweepAsked;
    private long eventHead;
    private long sleepSequence;

    /** A reader of a channel whose lines are all zero. */
    public SubmissionReader(
            final HostMemory memory,
            final int region,
            final long channelOffset,
            final MemorySegment copy,
            final long copyOffset) {
        this.memory = memory;
        this.region = region;
        this.channelOffset = channelOffset;
        this.copy = copy;
        this.copyOffset = copyOffset;
    }

    /** Posts a read of the host line. */
    public void postLine() {
        memory.readWords(
                region,
                channelOffset + ChannelDescriptor.HOST_LINE_OFFSET,
                copy,
                copyOffset,
                ChannelDescriptor.HOST_LINE_WORDS);
    }

    /**
     * Judges the line that has arrived.
     *
     * @return NONE, or SUB_TAIL: the arena is to be fenced
     */
    public Fence onLine() {
        final long newTail = lineWord(ChannelDescriptor.SUB_TAIL_OFFSET);
        // It may be behind what was taken ahead: the line is of a moment before.
        if (newTail - tail < 0 || newTail - head > SUB_CAPACITY) {
            return Fence.SUB_TAIL;
        }
        tail = newTail;
        final long newOverflow = lineWord(ChannelDescriptor.OVERFLOW_OFFSET);
        isSweepAsked |= newOverflow != overflow;
        overflow = newOverflow;
        eventHead = lineWord(ChannelDescriptor.EV_HEAD_OFFSET);
        sleepSequence = lineWord(ChannelDescriptor.SLEEP_SEQ_OFFSET);
        return Fence.NONE;
    }

    private long lineWord(final int wordOffset) {
        return copy.get(U64, copyOffset + wordOffset);
    }

    /** Submissions announced and not yet fetched. */
    public int available() {
        return Math.max(0, (int) (tail - head) - fetched);
    }

    /** True if submissions were lost since {@link #sweepTaken}: every record of this channel is to be read. */
    public boolean isSweepAsked() {
        return isSweepAsked;
    }

    /** The sweep's reads are posted from here on; a later overflow asks for another. */
    public void sweepTaken() {
        isSweepAsked = false;
    }

    /** evHead as the line had it, unchecked: {@link EventWriter#onHead} judges it. */
    public long eventHead() {
        return eventHead;
    }

    /** sleepSeq as the line had it: odd while a waiter sleeps. */
    public long sleepSequence() {
        return sleepSequence;
    }

    /** Posts a read of sleepSeq alone, at most one at a time; one of the host line may be under way. */
    public void postSleepSequence() {
        memory.readWords(
                region, channelOffset + ChannelDescriptor.SLEEP_SEQ_OFFSET, copy, copyOffset + SLEEP_SEQUENCE_AT, 1);
    }

    /** True if the sleepSeq that has arrived is odd: a waiter sleeps, or is about to. */
    public boolean isAsleep() {
        return (copy.get(U64, copyOffset + SLEEP_SEQUENCE_AT) & 1) != 0;
    }

    /**
     * Posts reads of the next submissions, at most {@link #BATCH}.
     *
     * @return how many
     */
    public int postEntries() {
        final int count = Math.min(available(), BATCH);
        final int slot = (int) (head & (SUB_CAPACITY - 1));
        final int beforeWrap = Math.min(count, SUB_CAPACITY - slot);
        postSlots(slot, 0, beforeWrap);
        postSlots(0, beforeWrap, count - beforeWrap);
        fetched = count;
        fetchedAt = LINE_BYTES;
        return count;
    }

    private void postSlots(final int slot, final int index, final int count) {
        if (count > 0) {
            memory.read(
                    region,
                    channelOffset + ChannelDescriptor.SUB_OFFSET + (long) slot * SubmissionDescriptor.BYTES,
                    copy,
                    copyOffset + LINE_BYTES + (long) index * SubmissionDescriptor.BYTES,
                    count * SubmissionDescriptor.BYTES);
        }
    }

    /**
     * Posts a read of the slots that the next submissions will stand in, beside one of the host line and before it is
     * known whether there are any. Not while there are fetched ones.
     */
    public void postAhead() {
        final int slot = (int) (head & (SUB_CAPACITY - 1));
        ahead = Math.min(aheadWanted, SUB_CAPACITY - slot);
        aheadHead = head;
        memory.readWords(
                region,
                channelOffset + ChannelDescriptor.SUB_OFFSET + (long) slot * SubmissionDescriptor.BYTES,
                copy,
                copyOffset + AHEAD_AT,
                ahead * (SubmissionDescriptor.BYTES / Long.BYTES));
    }

    /**
     * Takes what was read ahead and has arrived: as many as are whole, by their laps. They count as fetched.
     *
     * @return how many
     */
    public int takeAhead() {
        final int arrived = ahead;
        ahead = 0;
        if (arrived == 0 || aheadHead != head || fetched != 0) {
            return 0;
        }
        int count = 0;
        while (count < arrived
                && submission
                        .wrap(copy, copyOffset + AHEAD_AT + (long) count * SubmissionDescriptor.BYTES)
                        .isNumber(head + count)) {
            count++;
        }
        aheadWanted =
                count == arrived ? Math.min(2 * arrived, MOST_AHEAD) : Math.max(1, Math.max(count, aheadWanted / 2));
        fetched = count;
        fetchedAt = AHEAD_AT;
        return count;
    }

    /** Submissions fetched by the last {@link #postEntries} or {@link #takeAhead}. */
    public int fetched() {
        return fetched;
    }

    /** One of the fetched submissions, once they have arrived. The same flyweight each time. */
    public Submission entry(final int index) {
        return submission.wrap(copy, copyOffset + fetchedAt + (long) index * SubmissionDescriptor.BYTES);
    }

    /** Gives the slots of the fetched submissions back and posts subHead. */
    public void release() {
        advance();
        postHead();
    }

    /** Gives the slots of the fetched submissions back; the host hears of it with the next {@link #postHead}. */
    public void advance() {
        head += fetched;
        fetched = 0;
    }

    /** Slots that the host does not know yet to be free. */
    public int untold() {
        return (int) (head - toldHead);
    }

    /**
     * Posts subHead. Not while an earlier write of it is under way. Pairs with the host's load of subHead before it
     * fills a slot.
     */
    public void postHead() {
        toldHead = head;
        memory.writeWord(region, channelOffset + ChannelDescriptor.SUB_HEAD_OFFSET, head);
    }
}
