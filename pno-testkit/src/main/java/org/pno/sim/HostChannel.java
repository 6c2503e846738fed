package org.pno.sim;

import static org.pno.link.ChannelDescriptor.EVT_CAPACITY;
import static org.pno.link.ChannelDescriptor.SUB_CAPACITY;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;
import org.pno.link.ChannelDescriptor;
import org.pno.link.EventWord;
import org.pno.link.Submission;
import org.pno.link.SubmissionDescriptor;
import org.pno.memory.Words;
import org.pno.sys.Descriptors;
import org.pno.sys.EventFd;

/** The host's side of one channel: submits, drains events, sleeps and wakes by the handshakes of the protocol. */
public final class HostChannel {
    private final SimulatedHost host;
    private final MemorySegment memory;
    private final int number;
    private final long offset;
    private final int bell = EventFd.create();
    private final Submission submission =
            new Submission().wrap(Arena.ofAuto().allocate(SubmissionDescriptor.BYTES, Long.BYTES), 0);

    private long submissionTail;
    private long eventHead;
    private long rungForEventHead;
    private long sleepSequence;
    private BooleanSupplier isBusy = () -> false;

    HostChannel(final SimulatedHost host, final int number) {
        this.host = host;
        this.memory = host.memory();
        this.number = number;
        this.offset = host.geometry().channelOffset(number);
    }

    public int number() {
        return number;
    }

    /** The eventfd that the DPU rings. */
    public int bell() {
        return bell;
    }

    /** Whenever the answer is true, SUB's lock counts as taken: an overflow is counted instead of a submission. */
    public void busyWhen(final BooleanSupplier answer) {
        isBusy = answer;
    }

    /** Tells the DPU to look at a socket; counts an overflow instead if SUB is full. */
    void submit(final HostSocket socket, final long txWritten, final long rxRead, final int txChunk, final int flags) {
        // Pairs with the DPU's write of subHead: it has read the slot that is filled again.
        final long head = Words.getAcquire(memory, offset + ChannelDescriptor.SUB_HEAD_OFFSET);
        if (submissionTail - head == SUB_CAPACITY || isBusy.getAsBoolean()) {
            overflow();
            return;
        }
        final long slot = submissionTail & (SUB_CAPACITY - 1);
        submission
                .socket(socket.record(), socket.generation())
                .positions(txWritten, rxRead)
                .txChunk(txChunk)
                .flags(flags)
                .store(
                        memory,
                        offset + ChannelDescriptor.SUB_OFFSET + slot * SubmissionDescriptor.BYTES,
                        submissionTail);
        submissionTail++;
        Words.setRelease(memory, offset + ChannelDescriptor.SUB_TAIL_OFFSET, submissionTail);
        ringIfAsleep();
    }

    /** Asks for a sweep, as when SUB is full or its lock is taken. */
    public void overflow() {
        final long count = Words.getPlain(memory, offset + ChannelDescriptor.OVERFLOW_OFFSET);
        Words.setRelease(memory, offset + ChannelDescriptor.OVERFLOW_OFFSET, count + 1);
        ringIfAsleep();
    }

    private void ringIfAsleep() {
        // The store above before the load below: the other half is in the DPU, which parks, completes, then reads the
        // line.
        Words.fullFence();
        if (asleep() != ChannelDescriptor.ASLEEP_NOT) {
            host.ringDpu();
        }
    }

    private long asleep() {
        return Words.getAcquire(memory, offset + ChannelDescriptor.ASLEEP_OFFSET);
    }

    /**
     * Consumes all events there are, and counts them with their sockets.
     *
     * @return how many
     */
    public int poll() {
        return poll(Integer.MAX_VALUE);
    }

    /** Consumes at most so many events. */
    public int poll(final int limit) {
        int consumed = 0;
        while (consumed < limit) {
            final long slot = eventHead & (EVT_CAPACITY - 1);
            final long word = Words.getAcquire(memory, offset + ChannelDescriptor.EVT_OFFSET + slot * EventWord.BYTES);
            if (EventWord.lap(word) != EventWord.lapOf(eventHead)) {
                break;
            }
            final HostSocket socket = host.socket(EventWord.record(word), EventWord.generation(word));
            if (socket != null) {
                socket.onEvent();
            }
            eventHead++;
            consumed++;
        }
        if (consumed > 0) {
            Words.setRelease(memory, offset + ChannelDescriptor.EV_HEAD_OFFSET, eventHead);
        }
        return consumed;
    }

    /**
     * Announces that this channel's waiter will sleep, and looks once more.
     *
     * @return true if it may sleep until {@link #isRung}; false if there were events, which are consumed
     */
    public boolean sleep() {
        if ((sleepSequence & 1) == 0) {
            announce(sleepSequence + 1);
        }
        Words.fullFence();
        if (poll() > 0) {
            wake();
            return false;
        }
        if (asleep() == ChannelDescriptor.ASLEEP_OWING && rungForEventHead != eventHead) {
            rungForEventHead = eventHead;
            host.ringDpu();
        }
        return true;
    }

    /** True once the DPU has rung since the last {@link #wake}. */
    public boolean isRung() {
        return Descriptors.poll(bell, Descriptors.POLLIN, 0) > 0;
    }

    /** Awake: says so, then drains the bell. */
    public void wake() {
        announce(sleepSequence + 1);
        EventFd.drain(bell);
    }

    private void announce(final long sequence) {
        sleepSequence = sequence;
        Words.setRelease(memory, offset + ChannelDescriptor.SLEEP_SEQ_OFFSET, sequence);
    }

    /** 0, or the code of the {@link org.pno.link.Fence} for which the DPU gave this arena up. */
    public long fenced() {
        return Words.getAcquire(memory, offset + ChannelDescriptor.FENCED_OFFSET);
    }

    /** Submissions that the DPU has not taken yet. */
    public long submissionsUntaken() {
        return submissionTail - Words.getAcquire(memory, offset + ChannelDescriptor.SUB_HEAD_OFFSET);
    }

    /** Events consumed so far. */
    public long eventsConsumed() {
        return eventHead;
    }

    void close() {
        Descriptors.close(bell);
    }
}
