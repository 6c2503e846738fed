package org.pno.port.ring;

import java.lang.foreign.MemorySegment;
import org.pno.port.FrameHandler;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortCounters;
import org.pno.port.PortException;
import org.pno.sys.EventFd;
import org.pno.sys.RandomBytes;
import org.pno.sys.UnixAddress;
import org.pno.wire.MacAddress;

/**
 * {@code ring:PATH}: frames with their marks over two rings in shared memory, to another of our processes. The first to
 * open PATH listens there, the second connects; from then on they are equal. When one goes, the other goes on without a
 * wire, until a new one comes. What is sent meanwhile is lost.
 *
 * <p>No system call moves a frame. An empty ring is armed, and the sender of the next batch rings this side's bell, so
 * an idle reader costs nothing. The MAC address is drawn anew each time, since either side may outlive the other. One
 * thread.
 */
public final class RingPort implements PacketPort {
    private static final int MTU_BYTES = 1500;

    private final String name;
    private final FramePool pool;
    private final MemorySegment memory;
    private final PortCounters counters = new PortCounters();
    private final RingRendezvous rendezvous;
    private final long macAddress = MacAddress.local(RandomBytes.nextLong());

    /** True while the other side will ring our bell. */
    private boolean armed;
    /** True if we have rung our own bell because frames were left behind. */
    private boolean belled;

    /**
     * Opens the port. Does not wait for the other side.
     *
     * @param path where the two meet
     * @param name for messages
     */
    public RingPort(final String path, final String name, final FramePool pool) {
        this.name = name;
        this.pool = pool;
        memory = pool.memory();
        try {
            rendezvous = new RingRendezvous(UnixAddress.of(path), name);
        } catch (final IllegalArgumentException e) {
            throw new PortException(name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public int receive(final FrameHandler handler, final int limit) {
        if (rendezvous.pair() == null) {
            proceed();
        }
        final RingPair pair = rendezvous.pair();
        if (pair == null) {
            return 0;
        }
        int frames = 0;
        int length = 1;
        while (frames < limit && length > 0) {
            final long frame = pool.allocate();
            if (frame == FramePool.NONE) {
                counters.rxNoFrame++;
                break;
            }
            length = pair.in().take(memory, frame);
            if (length > 0) {
                counters.onReceived(length);
                handler.onFrame(frame, length);
                frames++;
            } else {
                pool.release(frame);
            }
        }
        pair.in().release();
        settle(pair, length);
        return frames;
    }

    /** @param length that of the last frame taken, or why there was none */
    private void settle(final RingPair pair, final int length) {
        if (length == FrameRing.BROKEN) {
            giveUp();
        } else if (length == FrameRing.EMPTY) {
            rest(pair);
        } else {
            leaveBehind(pair);
        }
    }

    /**
     * The ring was empty: silences the bell, looks after the peer, and arms the ring. In this order, even if the ring
     * is armed already: the bell just silenced may have been that of a frame which only the look of {@code arm} finds.
     */
    private void rest(final RingPair pair) {
        proceed();
        belled = false;
        if (rendezvous.pair() == pair) {
            armed = true;
            if (!pair.in().arm()) {
                leaveBehind(pair);
            }
        }
    }

    /** There may be more: keeps the descriptor readable. */
    private void leaveBehind(final RingPair pair) {
        if (armed) {
            armed = false;
            pair.in().disarm();
        }
        if (!belled) {
            belled = true;
            EventFd.signal(pair.ownBell());
        }
    }

    private void proceed() {
        final RingPair before = rendezvous.pair();
        rendezvous.proceed();
        if (rendezvous.pair() != before) {
            counters.peersLost += before == null ? 0 : 1;
            armed = false;
            belled = false;
        }
    }

    private void giveUp() {
        counters.peersBroken++;
        rendezvous.drop();
        armed = false;
        belled = false;
    }

    /** True while another process is at the other end. */
    public boolean hasPeer() {
        return rendezvous.pair() != null;
    }

    @Override
    public void transmit(final long frame, final int length) {
        final RingPair pair = rendezvous.pair();
        if (pair != null && length <= FramePool.MAX_FRAME_BYTES && pair.out().offer(memory, frame, length)) {
            counters.onSent(length);
        } else {
            counters.txRefused++;
        }
        pool.release(frame);
    }

    @Override
    public void flush() {
        final RingPair pair = rendezvous.pair();
        if (pair == null) {
            return;
        }
        if (pair.out().publish()) {
            EventFd.signal(pair.peerBell());
        }
        if (pair.out().isBroken()) {
            giveUp();
        }
    }

    @Override
    public int capabilities() {
        return TX_CHECKSUM | TX_SEGMENTATION | RX_CHECKSUM | RX_COALESCING | IN_ORDER;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long macAddress() {
        return macAddress;
    }

    @Override
    public int mtuBytes() {
        return MTU_BYTES;
    }

    @Override
    public FramePool pool() {
        return pool;
    }

    @Override
    public int pollDescriptor() {
        return rendezvous.pollDescriptor();
    }

    @Override
    public PortCounters counters() {
        return counters;
    }

    @Override
    public void close() {
        rendezvous.close();
    }
}
