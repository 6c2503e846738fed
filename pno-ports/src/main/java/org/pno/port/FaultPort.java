package org.pno.port;

import java.lang.foreign.MemorySegment;
import org.pno.sys.Descriptors;
import org.pno.sys.Epoll;
import org.pno.sys.TimerFd;
import org.pno.time.NanoClock;
import org.pno.wire.VirtioNetHeader;

/**
 * Puts a bad wire before a port. Faults strike segments as a wire carries them, never super-segments: what the port
 * receives coalesced is segmented first; to who sends, this port offers no offloads, so that
 * {@link SoftwareOffload} above it segments and completes checksums. Received segments lose their marks, so that
 * a flipped bit is found. One thread, the port's.
 */
public final class FaultPort extends PortDecorator {
    private static final int NO_DESCRIPTOR = -1;
    private static final int SEGMENTS_OF_A_FRAME = 64;

    private final FramePool pool;
    private final MemorySegment memory;
    private final PortCounters counters;
    private final NanoClock clock;
    private final int held;
    private FaultLine rx;
    private FaultLine tx;
    private boolean keepsOrder;
    private final TcpSegmenter segmenter;
    private final VirtioNetHeader marks = new VirtioNetHeader();
    private final FrameHandler intake = this::intake;
    private final FrameHandler rxLine;
    private final int timer;
    private final Epoll epoll;
    private long nowNs;
    private long armedForNs = FaultLine.NEVER;

    /**
     * @param port a port without decorators
     * @param clock for delays
     */
    public FaultPort(final PacketPort port, final FaultSpec faults, final NanoClock clock) {
        super(port);
        this.clock = clock;
        pool = port.pool();
        memory = pool.memory();
        counters = port.counters();
        held = pool.capacity() / 4;
        lay(faults);
        segmenter = new TcpSegmenter(pool);
        rxLine = this::accept;
        if (port.pollDescriptor() == NO_DESCRIPTOR) {
            timer = NO_DESCRIPTOR;
            epoll = null;
        } else {
            timer = TimerFd.create();
            epoll = new Epoll(1);
            epoll.add(timer, Epoll.EPOLLIN, 0);
            epoll.add(port.pollDescriptor(), Epoll.EPOLLIN, 0);
        }
    }

    private void lay(final FaultSpec faults) {
        rx = new FaultLine(faults.rx(), faults.seed(), pool, counters, held);
        tx = new FaultLine(faults.tx(), ~faults.seed(), pool, counters, held);
        keepsOrder = faults.rx().keepsOrder() && faults.tx().keepsOrder();
    }

    /** Lays a new wire: what was under way on the old one is lost, and the seed begins anew. */
    public void replace(final FaultSpec faults) {
        rx.clear();
        tx.clear();
        lay(faults);
        nowNs = clock.nowNs();
        armTimer();
    }

    @Override
    public int capabilities() {
        return keepsOrder ? port.capabilities() & IN_ORDER : 0;
    }

    @Override
    public void transmit(final long frame, final int length) {
        nowNs = clock.nowNs();
        tx.accept(frame, length, nowNs);
        transmitDue();
    }

    private void transmitDue() {
        long frame;
        while ((frame = tx.poll(nowNs)) != FramePool.NONE) {
            port.transmit(frame, tx.polledLength());
        }
    }

    @Override
    public void flush() {
        nowNs = clock.nowNs();
        transmitDue();
        port.flush();
        armTimer();
    }

    @Override
    public int receive(final FrameHandler handler, final int limit) {
        nowNs = clock.nowNs();
        transmitDue();
        port.flush();
        int handed = handOver(handler, limit);
        final int reserve = Math.min(SEGMENTS_OF_A_FRAME, pool.capacity() / 2);
        for (int taken = 0; taken < limit && handed < limit && pool.available() >= reserve; taken++) {
            if (port.receive(intake, 1) == 0) {
                break;
            }
            handed += handOver(handler, limit - handed);
        }
        armTimer();
        return handed;
    }

    private int handOver(final FrameHandler handler, final int limit) {
        int handed = 0;
        while (handed < limit) {
            final long frame = rx.poll(nowNs);
            if (frame == FramePool.NONE) {
                break;
            }
            handler.onFrame(frame, rx.polledLength());
            handed++;
        }
        return handed;
    }

    /** A frame as the port had it: makes it what was on the wire. */
    private void intake(final long frame, final int length) {
        marks.wrap(memory, frame - VirtioNetHeader.BYTES);
        if (marks.isSegmented()) {
            final int lost = segmenter.segment(frame, length, rxLine);
            if (lost == TcpSegmenter.MALFORMED) {
                dropMalformed(frame);
            } else {
                counters.rxNoFrame += lost;
            }
        } else if (!marks.needsChecksum() || ChecksumOffload.complete(memory, frame, length, marks)) {
            marks.clear();
            accept(frame, length);
        } else {
            dropMalformed(frame);
        }
    }

    private void accept(final long frame, final int length) {
        rx.accept(frame, length, nowNs);
    }

    private void dropMalformed(final long frame) {
        counters.rxMalformed++;
        pool.release(frame);
    }

    /** Wakes whoever polls when the next segment is due, in either direction. */
    private void armTimer() {
        final long dueNs = Math.min(rx.nextDueNs(), tx.nextDueNs());
        if (epoll != null && dueNs != armedForNs) {
            TimerFd.arm(timer, dueNs == FaultLine.NEVER ? 0 : Math.max(1, dueNs - nowNs));
            armedForNs = dueNs;
        }
    }

    @Override
    public int pollDescriptor() {
        return epoll == null ? NO_DESCRIPTOR : epoll.descriptor();
    }

    @Override
    public void close() {
        rx.clear();
        tx.clear();
        if (epoll != null) {
            epoll.close();
            Descriptors.close(timer);
        }
        super.close();
    }
}
