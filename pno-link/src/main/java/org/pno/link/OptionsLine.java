package org.pno.link;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The DPU's private copy of a record's options line. Units as in setsockopt(2). Nothing is checked here. */
public final class OptionsLine {
    public static final int BYTES = 64;

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;

    private MemorySegment segment;
    private long offset;

    public OptionsLine wrap(final MemorySegment segment, final long offset) {
        this.segment = segment;
        this.offset = offset;
        return this;
    }

    /** OPTION_NODELAY and the like, or-ed. */
    public int flags() {
        return field(RecordDescriptor.OPTION_FLAGS_OFFSET);
    }

    public boolean has(final int option) {
        return (flags() & option) != 0;
    }

    /** TCP_FASTOPEN. */
    public int fastOpenQueue() {
        return flags() >>> RecordDescriptor.FASTOPEN_QUEUE_SHIFT;
    }

    /** IP_TOS. */
    public int tos() {
        return octet(RecordDescriptor.TOS_OFFSET);
    }

    /** IPV6_TCLASS. */
    public int trafficClass() {
        return octet(RecordDescriptor.TRAFFIC_CLASS_OFFSET);
    }

    /** IP_TTL, 0 for the default. */
    public int timeToLive() {
        return octet(RecordDescriptor.TTL_OFFSET);
    }

    /** IPV6_UNICAST_HOPS, in force with OPTION_HOP_LIMIT. */
    public int hopLimit() {
        return octet(RecordDescriptor.HOP_LIMIT_OFFSET);
    }

    public int receiveBufferBytes() {
        return field(RecordDescriptor.RCVBUF_OFFSET);
    }

    public int keepIdleSeconds() {
        return field(RecordDescriptor.KEEP_IDLE_OFFSET);
    }

    public int keepIntervalSeconds() {
        return field(RecordDescriptor.KEEP_INTVL_OFFSET);
    }

    public int keepCount() {
        return field(RecordDescriptor.KEEP_CNT_OFFSET);
    }

    public int userTimeoutMillis() {
        return field(RecordDescriptor.USER_TIMEOUT_OFFSET);
    }

    public int maxSegmentBytes() {
        return field(RecordDescriptor.MAX_SEG_OFFSET);
    }

    /** One of the CONGESTION values. */
    public int congestion() {
        return field(RecordDescriptor.CONGESTION_OFFSET);
    }

    public int synCount() {
        return field(RecordDescriptor.SYN_COUNT_OFFSET);
    }

    public int linger2Seconds() {
        return field(RecordDescriptor.LINGER2_OFFSET);
    }

    /** SYN-ACKs that may be repeated. */
    public int deferAccept() {
        return field(RecordDescriptor.DEFER_ACCEPT_OFFSET);
    }

    public int windowClampBytes() {
        return field(RecordDescriptor.WINDOW_CLAMP_OFFSET);
    }

    public int quickAck() {
        return field(RecordDescriptor.QUICK_ACK_OFFSET);
    }

    /** Bytes per second, 0 for none. */
    public long maxPacingRate() {
        return segment.get(
                U64, offset + RecordDescriptor.MAX_PACING_RATE_OFFSET - RecordDescriptor.OPTIONS_LINE_OFFSET);
    }

    private int octet(final int recordField) {
        return Byte.toUnsignedInt(
                segment.get(ValueLayout.JAVA_BYTE, offset + recordField - RecordDescriptor.OPTIONS_LINE_OFFSET));
    }

    private int field(final int recordField) {
        return segment.get(U32, offset + recordField - RecordDescriptor.OPTIONS_LINE_OFFSET);
    }
}
