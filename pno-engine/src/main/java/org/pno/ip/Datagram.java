package org.pno.ip;

import java.lang.foreign.MemorySegment;

/**
 * A packet of which fragments have come, in a frame of its own. Its bytes stand where they will when all are there; the
 * first fragment's headers stand right before them.
 *
 * <pre>
 *   frame                        ROOM_BYTES                        the longest frame
 *   +----------------+-----------+------------------------------+
 *   |                |  headers  | bytes of the packet          |
 *   +----------------+-----------+------------------------------+
 * </pre>
 */
final class Datagram {
    /** Room before a packet's bytes. More headers than these are refused. */
    static final int ROOM_BYTES = 512;

    /** Answers of {@link #add}. */
    static final int ADDED = 0;

    static final int DUPLICATE = 1;
    static final int CONTRADICTION = 2;

    /** ECN codepoints (RFC 3168 5). */
    private static final int ECN_MASK = 3;

    private static final int NOT_ECT = 0;
    private static final int CE = 3;

    private static final int UNKNOWN = -1;

    private final BlockMap present = new BlockMap();
    /** Blocks that a fragment starts with. */
    private final BlockMap starts = new BlockMap();

    private long sourceHi;
    private long sourceLo;
    private long destinationHi;
    private long destinationLo;
    private int protocol;
    private int identification;

    private long frame = FrameOutput.NO_FRAME;
    private int blocks;
    private int highestEnd;
    private int lengthBytes;
    private int headersBytes;
    private int firstDscpEcn;
    private int ecnSeen;
    private long station;
    private int nextHeader;
    private int nextHeaderPointer;
    private long deadlineNs;
    private long order;
    private boolean isOpen;

    /** Begins a packet that a fragment is the first to come of; it is not in yet. */
    void open(final Fragment fragment, final long memoryFrame, final long untilNs, final long number) {
        sourceHi = fragment.sourceHi;
        sourceLo = fragment.sourceLo;
        destinationHi = fragment.destinationHi;
        destinationLo = fragment.destinationLo;
        protocol = fragment.protocol;
        identification = fragment.identification;
        frame = memoryFrame;
        deadlineNs = untilNs;
        order = number;
        isOpen = true;
        present.clear();
        starts.clear();
        blocks = 0;
        highestEnd = 0;
        lengthBytes = UNKNOWN;
        headersBytes = 0;
        ecnSeen = 0;
    }

    void close() {
        isOpen = false;
    }

    /** Where it is put together. */
    long frame() {
        return frame;
    }

    /** Takes the frame away: what remains is the memory that this packet is refused, or nothing. */
    long takeFrame() {
        final long taken = frame;
        frame = FrameOutput.NO_FRAME;
        return taken;
    }

    boolean isOpen() {
        return isOpen;
    }

    /** True if it is only remembered, so that further fragments of it are known. */
    boolean isRefused() {
        return frame == FrameOutput.NO_FRAME;
    }

    boolean isOf(final Fragment fragment) {
        return identification == fragment.identification
                && isFrom(fragment)
                && destinationLo == fragment.destinationLo
                && destinationHi == fragment.destinationHi
                && protocol == fragment.protocol;
    }

    boolean isFrom(final Fragment fragment) {
        return sourceLo == fragment.sourceLo && sourceHi == fragment.sourceHi;
    }

    /** Copies a fragment's bytes in, unless they were there or contradict what was. */
    int add(final Fragment fragment, final MemorySegment memory) {
        final int end = fragment.position + fragment.length;
        if (!agreesOnLength(fragment.moreFollow, end)) {
            return CONTRADICTION;
        }
        final int from = fragment.position >>> BlockMap.BLOCK_SHIFT;
        final int to = blocksOf(end);
        final long target = frame + ROOM_BYTES + fragment.position;
        final int known = present.count(from, to);
        if (known != 0) {
            return isDuplicate(fragment, memory, known) ? DUPLICATE : CONTRADICTION;
        }
        MemorySegment.copy(memory, fragment.bytesOffset, memory, target, fragment.length);
        present.add(from, to);
        starts.add(from);
        blocks += to - from;
        highestEnd = Math.max(highestEnd, end);
        ecnSeen |= 1 << (fragment.dscpEcn & ECN_MASK);
        if (!fragment.moreFollow) {
            lengthBytes = end;
        }
        if (fragment.position == 0) {
            keepHeaders(fragment, memory);
        }
        return ADDED;
    }

    /** There is one end, and nothing behind it. */
    private boolean agreesOnLength(final boolean moreFollow, final int end) {
        if (moreFollow) {
            return lengthBytes == UNKNOWN || end < lengthBytes;
        }
        return lengthBytes == UNKNOWN ? end >= highestEnd : end == lengthBytes;
    }

    /** True if the same range has come as one fragment, with the same bytes. */
    private boolean isDuplicate(final Fragment fragment, final MemorySegment memory, final int known) {
        final int from = fragment.position >>> BlockMap.BLOCK_SHIFT;
        final int end = fragment.position + fragment.length;
        final int to = blocksOf(end);
        final long own = frame + ROOM_BYTES + fragment.position;
        final long other = fragment.bytesOffset;
        return known == to - from
                && starts.has(from)
                && starts.count(from, to) == 1
                && (end >= highestEnd || !present.has(to) || starts.has(to))
                && MemorySegment.mismatch(memory, own, own + fragment.length, memory, other, other + fragment.length)
                        < 0;
    }

    private void keepHeaders(final Fragment fragment, final MemorySegment memory) {
        headersBytes = fragment.headersBytes;
        MemorySegment.copy(memory, fragment.headersOffset, memory, headersOffset(), headersBytes);
        firstDscpEcn = fragment.dscpEcn;
        station = fragment.station;
        nextHeader = fragment.nextHeader;
        nextHeaderPointer = fragment.nextHeaderPointer;
    }

    private static int blocksOf(final int bytes) {
        return bytes + (1 << BlockMap.BLOCK_SHIFT) - 1 >>> BlockMap.BLOCK_SHIFT;
    }

    /** True if nothing is missing. */
    boolean isWhole() {
        return lengthBytes != UNKNOWN && blocks == blocksOf(lengthBytes);
    }

    /** RFC 3168 5.3: congestion that one fragment has met, all have; but not among fragments that know no ECN. */
    boolean agreesOnEcn() {
        return (ecnSeen & 1 << NOT_ECT) == 0 || ecnSeen == 1 << NOT_ECT;
    }

    /** The first fragment's DSCP, and the ECN codepoint of all. */
    int dscpEcn() {
        return (ecnSeen & 1 << CE) == 0 ? firstDscpEcn : firstDscpEcn | CE;
    }

    /** True if the first fragment has come; then the accessors below tell of it. */
    boolean hasHeaders() {
        return headersBytes != 0;
    }

    /** Where the headers start in the memory. */
    long headersOffset() {
        return frame + ROOM_BYTES - headersBytes;
    }

    int headersBytes() {
        return headersBytes;
    }

    /** Of a whole packet: bytes behind the headers. */
    int lengthBytes() {
        return lengthBytes;
    }

    long station() {
        return station;
    }

    int nextHeader() {
        return nextHeader;
    }

    int nextHeaderPointer() {
        return nextHeaderPointer;
    }

    long sourceHi() {
        return sourceHi;
    }

    long sourceLo() {
        return sourceLo;
    }

    long deadlineNs() {
        return deadlineNs;
    }

    /** The greater, the younger. */
    long order() {
        return order;
    }
}
