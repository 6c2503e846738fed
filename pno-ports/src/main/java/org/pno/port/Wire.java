package org.pno.port;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.pno.sys.Descriptors;
import org.pno.sys.Epoll;
import org.pno.sys.EventFd;
import org.pno.time.NanoClock;
import org.pno.wire.BigEndian;
import org.pno.wire.EthernetHeader;
import org.pno.wire.MacAddress;
import org.pno.wire.VirtioNetHeader;

/**
 * A wire with faults between one far station and several near ones, which share it: all that goes to or comes from the
 * far port crosses one {@link FaultPort}, whoever sent it, cut to the segments that a wire carries. The near stations
 * do not hear each other. Where a station is, is learnt from what it sends.
 *
 * <p>{@link #run} is its thread; only {@link #replace} and {@link #stop} may be called by others.
 */
public final class Wire implements Runnable, AutoCloseable {
    private static final int BATCH_FRAMES = 64;
    private static final int MOST_STATIONS = 64;
    private static final int SOURCE_OFFSET = 6;
    private static final int EVERYWHERE = -1;

    private final List<PacketPort> near;
    private final FaultPort far;
    private final PacketPort toFar;
    private final FramePool pool;
    private final MemorySegment memory;
    private final FrameHandler[] fromNear;
    private final FrameHandler fromFar = this::toNear;
    private final long[] stations = new long[MOST_STATIONS];
    private final int[] places = new int[MOST_STATIONS];
    private int stationCount;

    private final Epoll epoll;
    private final int bell = EventFd.create();
    private final AtomicReference<Change> change = new AtomicReference<>();
    private volatile boolean stopped;

    /** New faults, and who waits for them to be in force. */
    private record Change(FaultSpec faults, CompletableFuture<Void> done) {}

    /**
     * Joins ports, which it closes in the end.
     *
     * @param far a port without decorators
     * @param near ports of the same pool, without decorators
     * @param clock for delays
     */
    public Wire(final PacketPort far, final List<PacketPort> near, final FaultSpec faults, final NanoClock clock) {
        this.near = List.copyOf(near);
        this.far = new FaultPort(far, faults, clock);
        toFar = SoftwareOffload.complete(this.far);
        pool = far.pool();
        memory = pool.memory();
        fromNear = new FrameHandler[near.size()];
        epoll = new Epoll(near.size() + 2);
        epoll.add(bell, Epoll.EPOLLIN, 0);
        epoll.add(this.far.pollDescriptor(), Epoll.EPOLLIN, 0);
        for (int i = 0; i < fromNear.length; i++) {
            final int place = i;
            fromNear[i] = (frame, length) -> toFar(place, frame, length);
            epoll.add(near.get(i).pollDescriptor(), Epoll.EPOLLIN, 0);
        }
    }

    /** Carries frames until it is stopped. */
    @Override
    public void run() {
        while (!stopped) {
            if (cycle() == 0) {
                epoll.await(Epoll.FOREVER);
                EventFd.drain(bell);
            }
        }
    }

    /** Carries what is there. Returns how many frames moved. */
    int cycle() {
        applyChange();
        int frames = 0;
        for (int i = 0; i < fromNear.length; i++) {
            frames += near.get(i).receive(fromNear[i], BATCH_FRAMES);
        }
        toFar.flush();
        frames += far.receive(fromFar, BATCH_FRAMES);
        for (int i = 0; i < fromNear.length; i++) {
            near.get(i).flush();
        }
        return frames;
    }

    private void toFar(final int place, final long frame, final int length) {
        learn(BigEndian.u48(memory, frame + SOURCE_OFFSET), place);
        toFar.transmit(frame, length);
    }

    /** What does not fit any more is learnt never, and flooded. */
    private void learn(final long station, final int place) {
        for (int i = 0; i < stationCount; i++) {
            if (stations[i] == station) {
                places[i] = place;
                return;
            }
        }
        if (stationCount < MOST_STATIONS && !MacAddress.isMulticast(station)) {
            stations[stationCount] = station;
            places[stationCount++] = place;
        }
    }

    private int placeOf(final long station) {
        for (int i = 0; i < stationCount; i++) {
            if (stations[i] == station) {
                return places[i];
            }
        }
        return near.size() == 1 ? 0 : EVERYWHERE;
    }

    private void toNear(final long frame, final int length) {
        if (length < EthernetHeader.BYTES) {
            pool.release(frame);
            return;
        }
        final int place = placeOf(BigEndian.u48(memory, frame));
        if (place != EVERYWHERE) {
            near.get(place).transmit(frame, length);
            return;
        }
        for (int i = 1; i < near.size(); i++) {
            final long copy = pool.allocate();
            if (copy == FramePool.NONE) {
                near.get(i).counters().txNoFrame++;
                continue;
            }
            final int marks = VirtioNetHeader.BYTES;
            MemorySegment.copy(memory, frame - marks, memory, copy - marks, length + marks);
            near.get(i).transmit(copy, length);
        }
        near.getFirst().transmit(frame, length);
    }

    private void applyChange() {
        final Change asked = change.getAndSet(null);
        if (asked != null) {
            far.replace(asked.faults());
            asked.done().complete(null);
        }
    }

    /** Has the wire replaced by a new one: what is under way is lost, the seed begins anew. One caller at a time. */
    public CompletableFuture<Void> replace(final FaultSpec faults) {
        final Change asked = new Change(faults, new CompletableFuture<>());
        change.set(asked);
        EventFd.signal(bell);
        return asked.done();
    }

    /** What the far port and the faults have counted; for others than its thread a value of some moments ago. */
    public PortCounters counters() {
        return far.counters();
    }

    /** Ends {@link #run}. */
    public void stop() {
        stopped = true;
        EventFd.signal(bell);
    }

    @Override
    public void close() {
        toFar.close();
        near.forEach(PacketPort::close);
        epoll.close();
        Descriptors.close(bell);
    }
}
