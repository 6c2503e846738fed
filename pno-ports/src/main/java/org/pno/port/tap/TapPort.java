package org.pno.port.tap;

import java.lang.foreign.MemorySegment;
import org.pno.port.FrameHandler;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortCounters;
import org.pno.port.PortException;
import org.pno.sys.Descriptors;
import org.pno.sys.Errno;
import org.pno.sys.NetDevice;
import org.pno.sys.SystemCallException;
import org.pno.sys.TunDevice;
import org.pno.wire.MacAddress;
import org.pno.wire.VirtioNetHeader;

/**
 * {@code tap:NAME}: a TAP interface with the virtio-net header in place before each frame, so that checksums and
 * segmentation are left to who can skip them, in both directions. One system call a frame. An interface that does not
 * exist is created and brought up where we may; it then goes when the port closes.
 *
 * <p>The stack's MAC address follows from the interface's name, so it is the same after a restart. One thread.
 */
public final class TapPort implements PacketPort {
    private static final int MARKS_BYTES = VirtioNetHeader.BYTES;

    private final String name;
    private final FramePool pool;
    private final MemorySegment memory;
    private final PortCounters counters = new PortCounters();
    private final NetDevice device;
    private final int descriptor;
    private final long macAddress;
    private final int mtuBytes;

    /**
     * Opens the port.
     *
     * @param interfaceName of the TAP interface
     * @param name for messages
     */
    public TapPort(final String interfaceName, final String name, final FramePool pool) {
        this.name = name;
        this.pool = pool;
        memory = pool.memory();
        try {
            device = new NetDevice(interfaceName);
            descriptor = attach(device);
            macAddress = stackAddress(interfaceName, device.hardwareAddress());
            mtuBytes = device.mtuBytes();
        } catch (final IllegalArgumentException e) {
            throw new PortException("cannot open " + name + ": " + e.getMessage(), e);
        } catch (final SystemCallException e) {
            throw new PortException("cannot open " + name + ": " + e.getMessage() + "; " + remedy(e), e);
        }
    }

    private static int attach(final NetDevice device) {
        final boolean isNew = !device.exists();
        final int descriptor = TunDevice.attach(device, MARKS_BYTES);
        try {
            if (isNew) {
                device.up();
            }
            return descriptor;
        } catch (final SystemCallException e) {
            Descriptors.close(descriptor);
            throw e;
        }
    }

    private static long stackAddress(final String interfaceName, final long kernelAddress) {
        final long mac = MacAddress.local(interfaceName.hashCode() * 0x9E37_79B9_7F4AL);
        return mac == kernelAddress ? mac ^ 1 : mac;
    }

    private String remedy(final SystemCallException e) {
        final boolean opening = e.call().startsWith("open");
        return switch (e.errno()) {
            case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO ->
                "this machine has no TUN/TAP: load it (modprobe tun), or give the container /dev/net/tun";
            case Errno.EPERM, Errno.EACCES ->
                opening
                        ? "you may not open " + TunDevice.PATH + ": ask for read and write permission on it"
                        : "you may not create interfaces here: let root do it (ip tuntap add dev " + device
                                + " mode tap user YOU), or run in a network namespace of your own (unshare -Urn)";
            case Errno.EBUSY -> "another process holds this interface: end it, or give another name";
            case Errno.EINVAL ->
                "there is an interface of this name that is no TAP interface, or one with several queues: give another";
            default -> "see ip link show " + device;
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
            final int length =
                    Descriptors.read(descriptor, memory, frame - MARKS_BYTES, FramePool.MAX_FRAME_BYTES + MARKS_BYTES);
            if (length <= MARKS_BYTES) {
                pool.release(frame);
                onNothing(length);
                break;
            }
            counters.onReceived(length - MARKS_BYTES);
            handler.onFrame(frame, length - MARKS_BYTES);
            frames++;
        }
        return frames;
    }

    private void onNothing(final int result) {
        if (result == -Errno.EBADFD) {
            throw new PortException(name + ": the interface was deleted, and the wire with it");
        }
        if (result != -Errno.EAGAIN) {
            counters.rxFailed++;
        }
    }

    @Override
    public void transmit(final long frame, final int length) {
        final int result = Descriptors.write(descriptor, memory, frame - MARKS_BYTES, length + MARKS_BYTES);
        if (result < 0) {
            counters.txRefused++;
        } else {
            counters.onSent(length);
        }
        pool.release(frame);
    }

    /** Nothing to do: each frame was written when it came. */
    @Override
    public void flush() {}

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
        return mtuBytes;
    }

    @Override
    public FramePool pool() {
        return pool;
    }

    @Override
    public int pollDescriptor() {
        return descriptor;
    }

    @Override
    public PortCounters counters() {
        return counters;
    }

    @Override
    public void close() {
        Descriptors.close(descriptor);
    }
}
