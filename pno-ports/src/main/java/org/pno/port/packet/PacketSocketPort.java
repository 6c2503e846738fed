package org.pno.port.packet;

import java.lang.foreign.MemorySegment;
import org.pno.port.FrameHandler;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortCounters;
import org.pno.port.PortException;
import org.pno.sys.Descriptors;
import org.pno.sys.Errno;
import org.pno.sys.NetDevice;
import org.pno.sys.PacketSocket;
import org.pno.sys.SendBatch;
import org.pno.sys.SystemCallException;
import org.pno.wire.BigEndian;
import org.pno.wire.MacAddress;
import org.pno.wire.VirtioNetHeader;

/**
 * {@code packet:INTERFACE}: an interface that exists, shared with the kernel, with the virtio-net header: checksums and
 * segmentation are the kernel's or the card's work. The interface's own MAC address is the stack's. Received frame by
 * frame, sent in batches.
 *
 * <p>The kernel's own stack sees every frame too. So the interface must have no IP address that the DPU serves, else
 * the kernel answers its segments with RST; best is none at all, with IPv6 off. The interface may reorder frames of a
 * flow. One thread.
 */
public final class PacketSocketPort implements PacketPort {
    private static final int MARKS_BYTES = VirtioNetHeader.BYTES;
    private static final int BATCH_FRAMES = 64;
    private static final int BUFFER_BYTES = 32 << 20;

    private final String name;
    private final FramePool pool;
    private final MemorySegment memory;
    private final PortCounters counters = new PortCounters();
    private final SendBatch batch = new SendBatch(BATCH_FRAMES);
    private final long[] batchFrames = new long[BATCH_FRAMES];
    private final int[] batchLengths = new int[BATCH_FRAMES];
    private final int socket;
    private final long macAddress;
    private final int mtuBytes;

    /**
     * Opens the port.
     *
     * @param interfaceName of an interface that exists
     * @param name for messages
     */
    public PacketSocketPort(final String interfaceName, final String name, final FramePool pool) {
        this.name = name;
        this.pool = pool;
        memory = pool.memory();
        try {
            final NetDevice device = new NetDevice(interfaceName);
            final int index = device.index();
            if (!device.isEthernet()) {
                throw new PortException(
                        "cannot open " + name + ": this is no Ethernet interface; ip link shows those there are");
            }
            macAddress = device.hardwareAddress();
            mtuBytes = device.mtuBytes();
            socket = PacketSocket.open(index, BUFFER_BYTES);
        } catch (final IllegalArgumentException e) {
            throw new PortException("cannot open " + name + ": " + e.getMessage(), e);
        } catch (final SystemCallException e) {
            throw new PortException("cannot open " + name + ": " + e.getMessage() + "; " + remedy(e), e);
        }
    }

    private static String remedy(final SystemCallException e) {
        return switch (e.errno()) {
            case Errno.ENODEV -> "there is no such interface here: ip link shows those there are";
            case Errno.EPERM, Errno.EACCES ->
                "AF_PACKET needs CAP_NET_RAW: run as root, or in a network namespace of your own (unshare -Urn)";
            default -> "this kernel has no AF_PACKET socket with a virtio-net header";
        };
    }

    @Override
    public int receive(final FrameHandler handler, final int limit) {
        int frames = 0;
        while (frames < limit) {
            final long frame = pool.allocate();
            if (frame == FramePool.NONE) {
                counters.rxNoFrame++;
                break;
            }
            final int result =
                    PacketSocket.receive(socket, memory, frame - MARKS_BYTES, FramePool.MAX_FRAME_BYTES + MARKS_BYTES);
            if (result < 0) {
                pool.release(frame);
                counters.rxFailed += result == -Errno.EAGAIN ? 0 : 1;
                break;
            }
            frames += deliver(frame, result - MARKS_BYTES, handler);
        }
        return frames;
    }

    /** 1 if the frame was for us. */
    private int deliver(final long frame, final int length, final FrameHandler handler) {
        if (length > FramePool.MAX_FRAME_BYTES) {
            counters.rxTooLong++;
            pool.release(frame);
            return 0;
        }
        final long destination = BigEndian.u48(memory, frame);
        if (destination != macAddress && !MacAddress.isMulticast(destination)) {
            counters.rxOtherStation++;
            pool.release(frame);
            return 0;
        }
        counters.onReceived(length);
        handler.onFrame(frame, length);
        return 1;
    }

    @Override
    public void transmit(final long frame, final int length) {
        batchFrames[batch.count()] = frame;
        batchLengths[batch.count()] = length;
        batch.add(memory, frame - MARKS_BYTES, length + MARKS_BYTES);
        if (batch.isFull()) {
            flush();
        }
    }

    /** Sends the batch. A frame that is refused is passed over; a full queue ends the batch. */
    @Override
    public void flush() {
        int from = 0;
        while (from < batch.count()) {
            final int result = batch.send(socket, from);
            final int done = result > 0 ? result : isQueueFull(result) ? batch.count() - from : 1;
            for (int i = from; i < from + done; i++) {
                finish(i, result > 0);
            }
            from += done;
        }
        batch.clear();
    }

    private static boolean isQueueFull(final int result) {
        return result == -Errno.EAGAIN || result == -Errno.ENOBUFS;
    }

    private void finish(final int index, final boolean sent) {
        if (sent) {
            counters.onSent(batchLengths[index]);
        } else {
            counters.txRefused++;
        }
        pool.release(batchFrames[index]);
    }

    @Override
    public int capabilities() {
        return TX_CHECKSUM | TX_SEGMENTATION | RX_CHECKSUM | RX_COALESCING;
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
        return mtuBytes;
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

    @Override
    public void close() {
        for (int i = 0; i < batch.count(); i++) {
            pool.release(batchFrames[i]);
        }
        batch.clear();
        Descriptors.close(socket);
    }
}
