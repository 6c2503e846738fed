package org.pno.port;

import java.lang.foreign.MemorySegment;
import org.pno.wire.SeqNum;
import org.pno.wire.TcpHeader;
import org.pno.wire.VirtioNetHeader;

/**
 * Splits a TCP super-segment into the segments that a wire carries, as a network card does: sequence numbers go on, the
 * identification of IPv4 counts up (RFC 6864 leaves it free), PSH and FIN stand on the last segment only, CWR on the
 * first (RFC 3168 6.1.2), and all checksums are complete. One thread.
 */
final class TcpSegmenter {
    /** The headers do not make a TCP segment, or the marks do not fit them. */
    static final int MALFORMED = -1;

    private static final int LAST_ONLY = TcpHeader.PSH | TcpHeader.FIN;

    private final FramePool pool;
    private final MemorySegment memory;
    private final VirtioNetHeader marks = new VirtioNetHeader();
    private final TcpFrame parts = new TcpFrame();
    private final TcpHeader tcp = new TcpHeader();
    /** The frame that {@link #parts} tells of. */
    private long partsFrame;

    TcpSegmenter(final FramePool pool) {
        this.pool = pool;
        memory = pool.memory();
    }

    /**
     * Splits a frame and hands over its segments in order. The sink owns them; it may send and release each at once.
     *
     * @return segments lost because there was no frame for them; or {@link #MALFORMED}, and the frame is still the
     *     caller's
     */
    int segment(final long frame, final int length, final FrameHandler sink) {
        final int sizeBytes = marks.wrap(memory, frame - VirtioNetHeader.BYTES).gsoSizeBytes();
        final int type = marks.gsoType() & ~VirtioNetHeader.GSO_ECN;
        if (sizeBytes == 0 || !parts.find(memory, frame, length)) {
            return MALFORMED;
        }
        final boolean fits = type == (parts.isIpv6() ? VirtioNetHeader.GSO_TCPV6 : VirtioNetHeader.GSO_TCPV4);
        if (!fits || TcpHeader.validate(memory, parts.segment(), parts.length()) != null) {
            return MALFORMED;
        }
        partsFrame = frame;
        tcp.wrap(memory, parts.segment());
        final int headerLength = (int) (tcp.payloadOffset() - frame);
        final int payloadLength = parts.length() - tcp.headerLength();
        return split(frame, headerLength, payloadLength, sizeBytes, sink);
    }

    /** The last segment is built in the frame itself, since until then the others are copied out of it. */
    private int split(
            final long frame,
            final int headerLength,
            final int payloadLength,
            final int sizeBytes,
            final FrameHandler sink) {
        final int segments = Math.max(1, (payloadLength + sizeBytes - 1) / sizeBytes);
        int lost = 0;
        for (int i = 0; i < segments - 1; i++) {
            final long target = pool.allocate();
            if (target == FramePool.NONE) {
                lost++;
                continue;
            }
            MemorySegment.copy(memory, frame, memory, target, headerLength);
            final long source = frame + headerLength + (long) i * sizeBytes;
            MemorySegment.copy(memory, source, memory, target + headerLength, sizeBytes);
            finish(target, headerLength, sizeBytes, i, i * sizeBytes, false);
            sink.onFrame(target, headerLength + sizeBytes);
        }
        final int done = (segments - 1) * sizeBytes;
        final int rest = payloadLength - done;
        MemorySegment.copy(memory, frame + headerLength + done, memory, frame + headerLength, rest);
        finish(frame, headerLength, rest, segments - 1, done, true);
        sink.onFrame(frame, headerLength + rest);
        return lost;
    }

    /**
     * Makes the copied headers those of segment {@code index}, which starts {@code position} bytes into the payload.
     */
    private void finish(
            final long frame,
            final int headerLength,
            final int payloadLength,
            final int index,
            final int position,
            final boolean isLast) {
        marks.wrap(memory, frame - VirtioNetHeader.BYTES).clear();
        final int ipLength = (int) (parts.segment() - partsFrame);
        parts.finishIp(memory, frame, index, headerLength - ipLength + payloadLength);
        partsFrame = frame;
        tcp.wrap(memory, parts.segment());
        tcp.sequence(SeqNum.add(tcp.sequence(), position));
        int flags = tcp.flags();
        flags &= isLast ? ~0 : ~LAST_ONLY;
        flags &= index == 0 ? ~0 : ~TcpHeader.CWR;
        tcp.flags(flags);
        parts.finishTcp(memory, tcp);
    }
}
