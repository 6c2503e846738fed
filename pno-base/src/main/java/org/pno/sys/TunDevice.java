package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The ioctls of /dev/net/tun: attaching to a TAP interface, or creating it, with the virtio-net header before frames.
 */
public final class TunDevice {
    public static final String PATH = "/dev/net/tun";

    /** What we accept: partial checksums (1), TCPv4 (2) and TCPv6 (4) super-segments, also with ECN (8). */
    public static final int OFFLOADS = 0x0F;

    private static final long TUNSETIFF = 0x4004_54CAL;
    private static final long TUNSETOFFLOAD = 0x4004_54D0L;
    private static final long TUNSETVNETHDRSZ = 0x4004_54D8L;
    private static final int IFF_TAP = 0x0002;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_VNET_HDR = 0x4000;

    private TunDevice() {}

    /**
     * Attaches to the TAP interface of that name; creates one that lasts as long as the descriptor where there is none
     * and we may (CAP_NET_ADMIN).
     *
     * @param virtioHeaderBytes length of the virtio-net header before each frame, 10
     * @return a non-blocking descriptor: one read or write is one frame
     */
    public static int attach(final NetDevice device, final int virtioHeaderBytes) {
        final int descriptor = Descriptors.open(PATH, Descriptors.O_RDWR | Descriptors.O_NONBLOCK);
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment request = device.request(arena);
            request.set(JAVA_SHORT, NetDevice.IFREQ_VALUE, (short) (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR));
            control(descriptor, TUNSETIFF, request.address(), "TUNSETIFF", device);
            final MemorySegment size = arena.allocateFrom(JAVA_INT, virtioHeaderBytes);
            control(descriptor, TUNSETVNETHDRSZ, size.address(), "TUNSETVNETHDRSZ", device);
            control(descriptor, TUNSETOFFLOAD, OFFLOADS, "TUNSETOFFLOAD", device);
            return descriptor;
        } catch (final SystemCallException e) {
            Descriptors.close(descriptor);
            throw e;
        }
    }

    private static void control(
            final int descriptor, final long code, final long argument, final String codeName, final NetDevice device) {
        SystemCallException.check(NetDevice.IOCTL.call(descriptor, code, argument), "ioctl", codeName, device);
    }
}
