package org.pno.port;

import java.lang.foreign.MemorySegment;
import org.pno.wire.BigEndian;
import org.pno.wire.Checksum;
import org.pno.wire.TcpHeader;
import org.pno.wire.VirtioNetHeader;
import org.pno.wire.WireDrop;

/** What hardware would do about the checksums of a frame. */
final class ChecksumOffload {
    /** The frame carries no TCP segment that can be judged: others look at it. */
    static final int UNKNOWN = 0;

    static final int GOOD = 1;
    static final int BAD = 2;

    private ChecksumOffload() {}

    /**
     * Computes a checksum that was left to be completed (VIRTIO 1.2, 5.1.6.2), and takes the mark away.
     *
     * @return false if the marks point beyond the frame
     */
    static boolean complete(
            final MemorySegment memory, final long frame, final int length, final VirtioNetHeader marks) {
        final int start = marks.checksumStart();
        final int field = start + marks.checksumOffset();
        if (field + Short.BYTES > length) {
            return false;
        }
        // The field holds the pseudo header's sum, so it goes into the sum like any other word.
        final long sum = Checksum.sum(memory, frame + start, length - start);
        BigEndian.u16(memory, frame + field, Checksum.finish(sum));
        marks.flags(0);
        return true;
    }

    /**
     * Verifies the checksum of the TCP segment in a frame: {@link #GOOD}, {@link #BAD} or {@link #UNKNOWN}. Nothing is
     * good inside a header that is not.
     */
    static int verify(final MemorySegment memory, final long frame, final int length, final TcpFrame parts) {
        if (!parts.find(memory, frame, length) || !parts.hasValidIpHeader(memory, frame)) {
            return UNKNOWN;
        }
        final WireDrop drop =
                TcpHeader.validateChecksum(memory, parts.segment(), parts.length(), parts.pseudoHeaderSum());
        return drop == null ? GOOD : BAD;
    }
}
