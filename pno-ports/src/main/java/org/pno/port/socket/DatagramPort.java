package org.pno.port.socket;

import java.lang.foreign.MemorySegment;
import org.pno.port.FrameHandler;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortCounters;
import org.pno.port.PortException;
import org.pno.sys.Descriptors;
import org.pno.sys.Errno;
import org.pno.sys.SystemCallException;
import org.pno.sys.UnixAddress;
import org.pno.sys.UnixSocket;
import org.pno.wire.MacAddress;
import org.pno.wire.VirtioNetHeader;

/**
 * {@code socket:PATH[,peer=PATH2]}: the wire is a UNIX datagram socket.
 *
 * <ul>
 *   <li>PATH is ours: it is bound when the port opens and removed when it closes. One that a dead process left is taken
 *       over. Its file mode says who may send us frames.
 *   <li>A datagram that arrives is a frame from the wire, whoever sent it.
 *   <li>Frames go to {@code peer} if it is given. Else to whoever last sent us one from a bound socket; before the
 * first, and
 *       when that one has gone, to {@code PATH.peer}. If nobody is bound there, they are lost, as on an open cable.
 * </ul>
 *
 * A peer whose queue is full (net.unix.max_dgram_qlen) makes frames wait here, {@link #OUTBOX_FRAMES} of them; what
 * comes beyond is dropped. One thread.
 */
public final class DatagramPort implements PacketPort {
    /** Frames that wait for the peer at most. */
    public static final int OUTBOX_FRAMES = 64;

    private static final int MTU_BYTES = 1500;
    private static final int BUFFER_BYTES = 4 << 20;

    private final String name;
    private final FramePool pool;
    private final MemorySegment memory;
    private final PortCounters counters = new PortCounters();
    private final VirtioNetHeader marks = new VirtioNetHeader();
    private final UnixAddress address;
    private final UnixAddress fallbackPeer;
    private final boolean learns;
    private final UnixAddress peer = new UnixAddress();
    private final UnixAddress sender = new UnixAddress();
    private final int socket;
    private final long macAddress;

    private final long[] waitingFrames = new long[OUTBOX_FRAMES];
    private final int[] waitingLengths = new int[OUTBOX_FRAMES];
    private int waitingHead;
    private int waitingCount;

    /**
     * Opens the port.
     *
     * @param path ours
     * @param peerPath whom to send to, or null to learn it
     * @param name for messages
     */
    public DatagramPort(final String path, final String peerPath, final String name, final FramePool pool) {
        this.name = name;
        this.pool = pool;
        memory = pool.memory();
        address = address(path);
        learns = peerPath == null;
        fallbackPeer = address(learns ? path + ".peer" : peerPath);
        peer.copyFrom(fallbackPeer);
        macAddress = MacAddress.local(path.hashCode() * 0x9E37_79B9_7F4AL);
        socket = bind();
    }

    private UnixAddress address(final String path) {
        try {
            return UnixAddress.of(path);
        } catch (final IllegalArgumentException e) {
            throw new PortException(name + ": " + e.getMessage(), e);
        }
    }

    private int bind() {
        final int fresh = UnixSocket.open(UnixSocket.DATAGRAM | UnixSocket.NONBLOCK);
        try {
            UnixSocket.bufferSizes(fresh, BUFFER_BYTES, BUFFER_BYTES);
            removeIfDead();
            UnixSocket.bind(fresh, address);
            return fresh;
        } catch (final SystemCallException e) {
            Descriptors.close(fresh);
            final String remedy = e.errno() == Errno.EADDRINUSE
                    ? "another process has this socket; end it, or give another path"
                    : "give a path in a directory that exists and that you may write to";
            throw new PortException("cannot open " + name + ": " + e.getMessage() + "; " + remedy, e);
        }
    }

    /** A socket whose process has died leaves its file, which nobody can bind again. */
    private void removeIfDead() {
        final int probe = UnixSocket.open(UnixSocket.DATAGRAM);
        if (UnixSocket.connect(probe, address) == -Errno.ECONNREFUSED) {
            UnixSocket.unlink(address);
        }
        Descriptors.close(probe);
    }

    @Override
    public int receive(final FrameHandler handler, final int limit) {
        sendWaiting();
        int frames = 0;
        while (frames < limit) {
            final long frame = pool.allocate();
            if (frame == FramePool.NONE) {
                counters.rxNoFrame++;
                break;
            }
            final int length = UnixSocket.receiveFrom(socket, memory, frame, FramePool.MAX_FRAME_BYTES, sender);
            if (length <= 0 || length > FramePool.MAX_FRAME_BYTES) {
                pool.release(frame);
                if (isNothingThere(length)) {
                    break;
                }
                continue;
            }
            learnPeer();
            marks.wrap(memory, frame - VirtioNetHeader.BYTES).clear();
            counters.onReceived(length);
            handler.onFrame(frame, length);
            frames++;
        }
        return frames;
    }

    /** Judges a result that is no frame. */
    private boolean isNothingThere(final int length) {
        if (length > 0) {
            counters.rxTooLong++;
        } else if (length < 0 && length != -Errno.EAGAIN) {
            counters.rxFailed++;
        }
        return length < 0;
    }

    private void learnPeer() {
        if (learns && sender.isPresent() && !sender.matches(peer)) {
            peer.copyFrom(sender);
        }
    }

    @Override
    public void transmit(final long frame, final int length) {
        if (waitingCount > 0 || !send(frame, length)) {
            enqueue(frame, length);
        }
    }

    /** False if the peer's queue is full; else the frame is done with. */
    private boolean send(final long frame, final int length) {
        final int result = UnixSocket.sendTo(socket, memory, frame, length, peer);
        if (result == -Errno.EAGAIN) {
            return false;
        }
        if (result >= 0) {
            counters.onSent(length);
        } else {
            counters.txRefused++;
            if (learns) {
                peer.copyFrom(fallbackPeer);
            }
        }
        pool.release(frame);
        return true;
    }

    private void enqueue(final long frame, final int length) {
        if (waitingCount == OUTBOX_FRAMES) {
            counters.txRefused++;
            pool.release(frame);
            return;
        }
        final int slot = (waitingHead + waitingCount++) % OUTBOX_FRAMES;
        waitingFrames[slot] = frame;
        waitingLengths[slot] = length;
    }

    private void sendWaiting() {
        while (waitingCount > 0 && send(waitingFrames[waitingHead], waitingLengths[waitingHead])) {
            waitingHead = (waitingHead + 1) % OUTBOX_FRAMES;
            waitingCount--;
        }
    }

    @Override
    public void flush() {
        sendWaiting();
    }

    @Override
    public int capabilities() {
        return IN_ORDER;
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
        return socket;
    }

    @Override
    public PortCounters counters() {
        return counters;
    }

    /** Closes the socket and removes its file. */
    @Override
    public void close() {
        while (waitingCount > 0) {
            pool.release(waitingFrames[waitingHead]);
            waitingHead = (waitingHead + 1) % OUTBOX_FRAMES;
            waitingCount--;
        }
        Descriptors.close(socket);
        UnixSocket.unlink(address);
    }
}
