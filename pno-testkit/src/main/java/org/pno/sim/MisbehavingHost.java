package org.pno.sim;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.pno.link.ArenaGeometry;
import org.pno.link.ChannelDescriptor;
import org.pno.link.RecordDescriptor;
import org.pno.link.Submission;
import org.pno.link.SubmissionDescriptor;
import org.pno.memory.Words;

/**
 * A host that breaks the protocol: it writes whatever it likes wherever a host can write, beside or instead of a
 * {@link SimulatedHost} on the same arena. The DPU must fence the arena and stay well.
 */
public final class MisbehavingHost {
    private static final long[] NASTY = {
        0,
        1,
        -1,
        2,
        63,
        64,
        255,
        1024,
        1025,
        4096,
        4097,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        0xFFFF_FFFFL,
        1L << 31,
        1L << 32
    };

    private final MemorySegment memory;
    private final ArenaGeometry geometry;
    private final Random random;

    public MisbehavingHost(final SimulatedHost host, final long seed) {
        memory = host.memory();
        geometry = host.geometry();
        random = new Random(seed);
    }

    /** Overwrites any word of the arena. */
    public void word(final long offset, final long value) {
        Words.setRelease(memory, offset, value);
    }

    public long word(final long offset) {
        return Words.getAcquire(memory, offset);
    }

    /** Overwrites a word of a channel; offsets as in {@link ChannelDescriptor}. */
    public void channelWord(final int channel, final int wordOffset, final long value) {
        word(geometry.channelOffset(channel) + wordOffset, value);
    }

    /** Overwrites a word of a record; offsets as in {@link RecordDescriptor}. */
    public void recordWord(final int record, final int wordOffset, final long value) {
        word(geometry.recordOffset(record) + wordOffset, value);
    }

    /** Overwrites an entry of a record's transmit map. */
    public void txMap(final int record, final int entry, final int chunk) {
        Words.setIntRelease(
                memory,
                geometry.recordOffset(record) + RecordDescriptor.TX_MAP_OFFSET + (long) entry * Integer.BYTES,
                chunk);
    }

    /** The next submission of a channel, to be filled before {@link #submit}. */
    public Submission submission(final int channel) {
        final long tail = word(geometry.channelOffset(channel) + ChannelDescriptor.SUB_TAIL_OFFSET);
        final long slot = tail & (ChannelDescriptor.SUB_CAPACITY - 1);
        return new Submission()
                .wrap(
                        memory,
                        geometry.channelOffset(channel)
                                + ChannelDescriptor.SUB_OFFSET
                                + slot * SubmissionDescriptor.BYTES);
    }

    /** Publishes the filled submission, whatever is in it and whether or not there is room. */
    public void submit(final int channel) {
        final long tail = geometry.channelOffset(channel) + ChannelDescriptor.SUB_TAIL_OFFSET;
        word(tail, word(tail) + 1);
    }

    /** Overwrites a random word that a host can write: lines, rings, maps, holders, options, addresses. */
    public void scribble() {
        final long value = random.nextBoolean() ? NASTY[random.nextInt(NASTY.length)] : random.nextLong();
        switch (random.nextInt(5)) {
            case 0 ->
                channelWord(
                        random.nextInt(geometry.channelCount()),
                        random.nextInt(ChannelDescriptor.HOST_LINE_WORDS) * Long.BYTES,
                        value);
            case 1 ->
                channelWord(
                        random.nextInt(geometry.channelCount()),
                        ChannelDescriptor.SUB_OFFSET + random.nextInt(4 * ChannelDescriptor.SUB_CAPACITY) * Long.BYTES,
                        value);
            case 2 -> recordWord(randomRecord(), random.nextInt(RecordDescriptor.HOST_LINE_WORDS) * Long.BYTES, value);
            case 3 ->
                recordWord(randomRecord(), RecordDescriptor.TX_MAP_OFFSET + random.nextInt(64) * Long.BYTES, value);
            default ->
                recordWord(
                        randomRecord(), RecordDescriptor.OPTIONS_LINE_OFFSET + random.nextInt(16) * Long.BYTES, value);
        }
    }

    private int randomRecord() {
        return random.nextInt(geometry.recordCount());
    }
}
