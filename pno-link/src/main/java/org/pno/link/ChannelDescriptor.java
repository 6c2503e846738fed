package org.pno.link;

/**
 * Layout of a channel: the pair of G-rings (submissions and events) by which one waiting thread or epoll set and the
 * DPU tell each other to look at a socket.
 *
 * <pre>
 *        0         8         16         24         32        40         64
 *   host +---------+---------+----------+----------+---------+----------+
 *   line | subTail | evHead  | overflow | sleepSeq | epoch'  | (rsvd)   |
 *        +---------+---------+----------+----------+---------+----------+ 128
 *   DPU  | subHead | asleep  | epoch    | fenced   | (reserved)         |
 *   line +---------+---------+----------+----------+--------------------+
 *    128 | SUB: 1024 submissions x 32 bytes                             |
 *        +--------------------------------------------------------------+
 *  32896 | EVT: 4096 events x 8 bytes                                   |
 *        +--------------------------------------------------------------+ 65664
 * </pre>
 */
public final class ChannelDescriptor {
    public static final int HOST_LINE_OFFSET = 0;
    /** Submissions written, cumulative. Writer: host, release; read by the DPU. */
    public static final int SUB_TAIL_OFFSET = 0;
    /** Events consumed, cumulative. Writer: host, release; read by the DPU. */
    public static final int EV_HEAD_OFFSET = 8;
    /**
     * Submissions lost because SUB was full or busy, cumulative. Writer: host, by an atomic add (its threads and signal
     * handlers may meet here); a change asks for a sweep.
     */
    public static final int OVERFLOW_OFFSET = 16;
    /** Odd while a waiter of this channel sleeps or is about to. Writer: host. */
    public static final int SLEEP_SEQ_OFFSET = 24;
    /** The DPU epoch that the host has confirmed. Writer: host. */
    public static final int CONFIRMED_EPOCH_OFFSET = 32;

    public static final int DPU_LINE_OFFSET = 64;
    /** Submissions consumed, cumulative. Writer: DPU. */
    public static final int SUB_HEAD_OFFSET = 64;
    /** One of the ASLEEP values. Writer: DPU. */
    public static final int ASLEEP_OFFSET = 72;
    /** The DPU's epoch. Writer: DPU. */
    public static final int EPOCH_OFFSET = 80;
    /** 0, or why the DPU gave this channel up ({@link Fence}). Writer: DPU. */
    public static final int FENCED_OFFSET = 88;

    /** The DPU polls this channel. */
    public static final int ASLEEP_NOT = 0;
    /** The DPU does not poll this channel: a host that submits must ring. */
    public static final int ASLEEP_PARKED = 1;
    /** As ASLEEP_PARKED, and the DPU owes events that found EVT full: a host that found EVT empty must ring too. */
    public static final int ASLEEP_OWING = 2;

    public static final int HOST_LINE_WORDS = 5;

    public static final int SUB_OFFSET = 128;
    public static final int SUB_CAPACITY = 1024;
    public static final int EVT_OFFSET = SUB_OFFSET + SUB_CAPACITY * SubmissionDescriptor.BYTES;
    public static final int EVT_CAPACITY = 4096;
    public static final int BYTES = EVT_OFFSET + EVT_CAPACITY * EventWord.BYTES;

    private ChannelDescriptor() {}
}
