package org.pno.port.pcap;

import java.lang.foreign.MemorySegment;
import org.pno.port.pcap.PcapngWriter.Direction;
import org.pno.wire.BigEndian;
import org.pno.wire.Checksum;
import org.pno.wire.TcpHeader;
import org.pno.wire.VirtioNetHeader;

/**
 * One capture: copies the frames that its gate admits into its ring, and wakes the reader once a batch. A checksum that
 * was left for hardware to complete is complete in the copy of a whole frame. One thread, the port's.
 */
public final class Capture {
    private static final int TCP_CHECKSUM_OFFSET = 16;

    private final CaptureRing ring;
    private final FrameGate gate;
    private final int snapBytes;
    private final Runnable wake;

    /**
     * @param snapBytes what is kept of a frame at most
     * @param wake rings the reader's bell; must not wait
     */
    public Capture(final CaptureRing ring, final FrameGate gate, final int snapBytes, final Runnable wake) {
        this.ring = ring;
        this.gate = gate;
        this.snapBytes = snapBytes;
        this.wake = wake;
    }

    /** Takes a frame, whose ends are read and whose marks are wrapped. */
    void onFrame(
            final MemorySegment memory,
            final long frame,
            final int length,
            final FrameEnds ends,
            final VirtioNetHeader marks,
            final long timeNs,
            final Direction direction) {
        if (!gate.admits(ends, direction == Direction.INBOUND)) {
            return;
        }
        final int kept = Math.min(length, snapBytes);
        final long copy = ring.reserve(kept);
        if (copy == CaptureRing.NONE) {
            return;
        }
        MemorySegment.copy(memory, frame, ring.memory(), copy, kept);
        if (kept == length && (marks.needsChecksum() || marks.isSegmented())) {
            complete(copy, copy - frame, length, ends, marks);
        }
        ring.commit(kept, length, timeNs, direction.ordinal());
    }

    /** A super-segment's field may lack the length, so of TCP the whole sum is made; else as VIRTIO 1.2 5.1.6.2. */
    private void complete(
            final long copy, final long shift, final int length, final FrameEnds ends, final VirtioNetHeader marks) {
        final MemorySegment memory = ring.memory();
        if (ends.isTcp() && ends.transportLength() >= TcpHeader.MIN_BYTES) {
            final long segment = ends.transport() + shift;
            BigEndian.u16(memory, segment + TCP_CHECKSUM_OFFSET, 0);
            final long pseudo = Checksum.pseudoHeader(
                    ends.sourceHi(),
                    ends.sourceLo(),
                    ends.destinationHi(),
                    ends.destinationLo(),
                    ends.protocol(),
                    ends.transportLength());
            final long sum = pseudo + Checksum.sum(memory, segment, ends.transportLength());
            BigEndian.u16(memory, segment + TCP_CHECKSUM_OFFSET, Checksum.finish(sum));
        } else if (marks.needsChecksum()) {
            final int start = marks.checksumStart();
            final int field = start + marks.checksumOffset();
            if (field + Short.BYTES <= length) {
                final long sum = Checksum.sum(memory, copy + start, length - start);
                BigEndian.u16(memory, copy + field, Checksum.finish(sum));
            }
        }
    }

    void publish() {
        if (ring.publish()) {
            wake.run();
        }
    }

    /** What it came to so far. */
    public CaptureRing ring() {
        return ring;
    }
}
