package org.pno.ip;

import java.util.concurrent.TimeUnit;
import org.pno.counters.CounterGroup;
import org.pno.wire.IpAddress;

/**
 * Puts packets of either family together of their fragments (RFC 791 3.2, RFC 8200 4.5, RFC 5722), in frames of the
 * output. Owns a frame for each packet that is not whole yet, and the one that is being handed up. Bounded in all and
 * per source, the oldest giving way; so whoever sends one flood of fragments hurts mostly his own.
 */
final class FragmentReassembly {
    /**
     * Packets under way in all, and of one source. Every one may hold a frame of 64 KB; the least pool has 64 frames.
     */
    static final int MAX_DATAGRAMS = 16;

    static final int MAX_OF_SOURCE = 4;

    /** As Linux. RFC 1122 3.3.2 asks for 60 s and more: with 16 bits of identification that is too long (RFC 4963). */
    static final long IPV4_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);

    /** RFC 8200 4.5. */
    static final long IPV6_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);

    private final FrameOutput output;
    private final CounterGroup<IpCounter> counters;
    private final Datagram[] datagrams = new Datagram[MAX_DATAGRAMS];
    private long opened;
    private long nextDeadlineNs = NeighbourTable.NO_DEADLINE;
    private long handedUp = FrameOutput.NO_FRAME;

    FragmentReassembly(final FrameOutput output, final CounterGroup<IpCounter> counters) {
        this.output = output;
        this.counters = counters;
        for (int i = 0; i < datagrams.length; i++) {
            datagrams[i] = new Datagram();
        }
    }

    /**
     * Takes a fragment in. It has a length, a multiple of 8 unless it is the last, and ends below 65,536.
     *
     * @return the packet that is whole by it, until {@link #release}; else null
     */
    Datagram add(final Fragment fragment, final long nowNs) {
        if (fragment.headersBytes > Datagram.ROOM_BYTES) {
            counters.increment(IpCounter.FRAGMENT_HEADERS);
            return null;
        }
        if (Datagram.ROOM_BYTES + fragment.position + fragment.length > output.frameBytes()) {
            counters.increment(IpCounter.FRAGMENT_TOO_LONG);
            return null;
        }
        final Datagram known = find(fragment);
        final Datagram datagram = known == null ? open(fragment, nowNs) : known;
        if (datagram == null) {
            return null;
        }
        if (datagram.isRefused()) {
            counters.increment(IpCounter.FRAGMENT_REFUSED);
            return null;
        }
        switch (datagram.add(fragment, output.memory())) {
            case Datagram.ADDED -> {
                return datagram.isWhole() ? finish(datagram) : null;
            }
            case Datagram.DUPLICATE -> counters.increment(IpCounter.FRAGMENT_DUPLICATE);
            default -> { // RFC 5722 3
                counters.increment(IpCounter.FRAGMENT_OVERLAP);
                output.release(datagram.takeFrame());
            }
        }
        return null;
    }

    private Datagram find(final Fragment fragment) {
        for (final Datagram datagram : datagrams) {
            if (datagram.isOpen() && datagram.isOf(fragment)) {
                return datagram;
            }
        }
        return null;
    }

    private Datagram open(final Fragment fragment, final long nowNs) {
        final Datagram datagram = makeRoom(fragment);
        final long frame = output.allocate();
        if (frame == FrameOutput.NO_FRAME) {
            counters.increment(IpCounter.FRAGMENT_NO_FRAME);
            return null;
        }
        open(datagram, fragment, frame, nowNs);
        return datagram;
    }

    private void open(final Datagram datagram, final Fragment fragment, final long frame, final long nowNs) {
        final boolean ipv4 = IpAddress.isIpv4(fragment.sourceHi, fragment.sourceLo);
        final long deadlineNs = nowNs + (ipv4 ? IPV4_TIMEOUT_NS : IPV6_TIMEOUT_NS);
        datagram.open(fragment, frame, deadlineNs, opened++);
        nextDeadlineNs = Math.min(nextDeadlineNs, deadlineNs);
    }

    /** A place for one more packet of the fragment's source: a free one, or that of the oldest that has to give way. */
    private Datagram makeRoom(final Fragment fragment) {
        Datagram free = null;
        Datagram oldest = null;
        Datagram oldestOfSource = null;
        int ofSource = 0;
        for (final Datagram datagram : datagrams) {
            if (!datagram.isOpen()) {
                free = datagram;
                continue;
            }
            oldest = older(oldest, datagram);
            if (datagram.isFrom(fragment)) {
                oldestOfSource = older(oldestOfSource, datagram);
                ofSource++;
            }
        }
        if (free != null && ofSource < MAX_OF_SOURCE) {
            return free;
        }
        final Datagram evicted = ofSource < MAX_OF_SOURCE ? oldest : oldestOfSource;
        counters.increment(IpCounter.FRAGMENT_EVICTED);
        close(evicted);
        return evicted;
    }

    private static Datagram older(final Datagram one, final Datagram other) {
        return one == null || other.order() < one.order() ? other : one;
    }

    /** Nothing that has the fragment's identification is to be put together, until it is forgotten. */
    void refuse(final Fragment fragment, final long nowNs) {
        final Datagram known = find(fragment);
        if (known == null) {
            open(makeRoom(fragment), fragment, FrameOutput.NO_FRAME, nowNs);
        } else if (!known.isRefused()) {
            output.release(known.takeFrame());
        }
    }

    private Datagram finish(final Datagram datagram) {
        if (!datagram.agreesOnEcn()) {
            counters.increment(IpCounter.FRAGMENT_ECN);
            close(datagram);
            return null;
        }
        release();
        handedUp = datagram.frame();
        datagram.close();
        counters.increment(IpCounter.REASSEMBLED);
        return datagram;
    }

    /** What {@link #add} answered last is done with: its frame goes back. */
    void release() {
        if (handedUp != FrameOutput.NO_FRAME) {
            output.release(handedUp);
            handedUp = FrameOutput.NO_FRAME;
        }
    }

    /** Forgets a packet; its frame goes back, if it has one. */
    void close(final Datagram datagram) {
        if (!datagram.isRefused()) {
            output.release(datagram.takeFrame());
        }
        datagram.close();
    }

    /**
     * A packet whose time is up, to be asked for until there is none. Who asks may tell its sender, and closes it.
     *
     * @return null if there is none
     */
    Datagram late(final long nowNs) {
        if (nextDeadlineNs == NeighbourTable.NO_DEADLINE || nowNs - nextDeadlineNs < 0) {
            return null;
        }
        nextDeadlineNs = NeighbourTable.NO_DEADLINE;
        Datagram late = null;
        for (final Datagram datagram : datagrams) {
            if (datagram.isOpen()) {
                late = nowNs - datagram.deadlineNs() < 0 ? late : datagram;
                nextDeadlineNs = Math.min(nextDeadlineNs, datagram.deadlineNs());
            }
        }
        return late;
    }

    /** When {@link #late} has something to say, or {@link NeighbourTable#NO_DEADLINE}; may be too early. */
    long nextDeadlineNs() {
        return nextDeadlineNs;
    }
}
