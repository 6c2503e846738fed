package org.pno.dpu;

import java.util.ArrayList;
import java.util.List;
import org.pno.bridge.Bridge;
import org.pno.bridge.Tenant;
import org.pno.control.Replies;
import org.pno.control.WaitingRoom;
import org.pno.link.CaptureRequest;
import org.pno.link.HandshakeDescriptor;
import org.pno.port.FramePool;
import org.pno.port.pcap.Capture;
import org.pno.port.pcap.CaptureDescriptor;
import org.pno.port.pcap.CaptureFilter;
import org.pno.port.pcap.CaptureRing;
import org.pno.port.pcap.FrameEnds;
import org.pno.port.pcap.FrameGate;
import org.pno.port.pcap.PcapPort;
import org.pno.sys.Cpu;
import org.pno.sys.Errno;
import org.pno.sys.EventFd;
import org.pno.sys.EventSignals;
import org.pno.sys.MemoryMapping;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The captures that users have running: gives each a ring in memory of the DPU's own and a bell, and takes both away
 * when its connection ends. Root and the DPU's user see the whole wire; others see the connections that are theirs. The
 * loop's thread. The reader has both descriptors: nothing is asked of them, the bell is rung by the kernel itself, and
 * the {@link WaitingRoom} closes them.
 */
final class Captures {
    /** Captures at one time, of all and of one user: each costs the loop a copy of its frames, and memory. */
    static final int MOST = 16;

    static final int MOST_OF_A_USER = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Captures.class);
    private static final int ROOT = 0;
    private static final int MAX_PORT = 0xFFFF;

    /** A capture, and what is to be closed with it. */
    record OpenCapture(int uid, Capture capture, MemoryMapping memory, int bell) {}

    private final PcapPort port;
    private final Bridge bridge;
    private final EventSignals signals;
    private final WaitingRoom waitingRoom;
    private final List<OpenCapture> open = new ArrayList<>();

    Captures(final PcapPort port, final Bridge bridge, final EventSignals signals, final WaitingRoom waitingRoom) {
        this.port = port;
        this.bridge = bridge;
        this.signals = signals;
        this.waitingRoom = waitingRoom;
    }

    /** Begins a capture and answers. Null if it was refused. */
    OpenCapture open(final int uid, final CaptureRequest request, final Replies replies) {
        final int others = (int) open.stream().filter(one -> one.uid() == uid).count();
        if (open.size() >= MOST || others >= MOST_OF_A_USER) {
            replies.refuse(
                    Errno.EAGAIN,
                    open.size() + " captures run, " + others + " of user " + uid + "; " + MOST + " and "
                            + MOST_OF_A_USER + " are the most");
            return null;
        }
        if (request.snapBytes() < 1
                || request.port() < 0
                || request.port() > MAX_PORT
                || request.connections().size() > HandshakeDescriptor.CAPTURE_MAX_CONNECTIONS) {
            replies.refuse(Errno.EINVAL, "a capture that cannot be: " + request);
            return null;
        }
        return begin(uid, request, replies);
    }

    private OpenCapture begin(final int uid, final CaptureRequest request, final Replies replies) {
        final long bytes = CaptureDescriptor.ringBytes(CaptureDescriptor.CAPACITY);
        final int snapBytes = Math.min(request.snapBytes(), FramePool.MAX_FRAME_BYTES);
        final int memfd = MemoryMapping.createSealedMemfd("pno-capture", bytes);
        final MemoryMapping memory = MemoryMapping.shared(memfd, 0, bytes);
        final int bell = EventFd.create();
        final CaptureRing ring = new CaptureRing(memory.memory(), port.name(), snapBytes);
        final Capture capture = new Capture(ring, gate(uid, request), snapBytes, () -> signals.signal(bell));
        final OpenCapture opened = new OpenCapture(uid, capture, memory, bell);
        open.add(opened);
        port.add(capture);
        LOG.info("user {} captures on {}", uid, port.name());
        replies.capture(CaptureDescriptor.CAPACITY, memfd, bell);
        waitingRoom.close(uid, memfd);
        return opened;
    }

    private FrameGate gate(final int uid, final CaptureRequest request) {
        final CaptureFilter filter = filter(request);
        if (uid == ROOT || uid == Cpu.effectiveUserId()) {
            return filter;
        }
        return (ends, inbound) -> filter.admits(ends, inbound) && isOwn(uid, ends, inbound);
    }

    private boolean isOwn(final int uid, final FrameEnds ends, final boolean inbound) {
        if (!ends.isTcp()) {
            return false;
        }
        final Tenant owner = inbound
                ? bridge.ownerOf(
                        ends.destinationHi(),
                        ends.destinationLo(),
                        ends.destinationPort(),
                        ends.sourceHi(),
                        ends.sourceLo(),
                        ends.sourcePort())
                : bridge.ownerOf(
                        ends.sourceHi(),
                        ends.sourceLo(),
                        ends.sourcePort(),
                        ends.destinationHi(),
                        ends.destinationLo(),
                        ends.destinationPort());
        return owner != null && owner.uid() == uid;
    }

    private static CaptureFilter filter(final CaptureRequest request) {
        final List<CaptureFilter.Connection> connections = request.connections().stream()
                .map(one -> new CaptureFilter.Connection(
                        one.hi(), one.lo(), one.port(), one.otherHi(), one.otherLo(), one.otherPort()))
                .toList();
        return new CaptureFilter(request.hostHi(), request.hostLo(), request.port(), connections);
    }

    /** Ends a capture; what is in its ring stays the reader's. */
    void close(final OpenCapture opened) {
        if (open.remove(opened)) {
            port.remove(opened.capture());
            final CaptureRing ring = opened.capture().ring();
            LOG.info(
                    "user {} captures no more: {} frames, {} dropped",
                    opened.uid(),
                    ring.accepted() - ring.dropped(),
                    ring.dropped());
            opened.memory().close();
            waitingRoom.close(opened.uid(), opened.bell());
        }
    }
}
