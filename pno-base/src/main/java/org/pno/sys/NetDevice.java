package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * A network interface of this network namespace by its name, asked and changed with ioctl(2).
 *
 * <pre>
 *   struct ifreq:   0 name, 16 bytes with its NUL | 16 value: index, flags, MTU, or sockaddr with the address at 18
 * </pre>
 */
public final class NetDevice {
    /** The longest interface name, its closing NUL not counted. */
    public static final int MAX_NAME_BYTES = 15;

    static final int IFREQ_BYTES = 40;
    static final int IFREQ_VALUE = 16;
    static final LibcFunction IOCTL = LibcFunction.variadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

    private static final int IFREQ_HARDWARE_ADDRESS = 18;
    private static final int SIOCGIFFLAGS = 0x8913;
    private static final int SIOCSIFFLAGS = 0x8914;
    private static final int SIOCGIFMTU = 0x8921;
    private static final int SIOCSIFMTU = 0x8922;
    private static final int SIOCGIFHWADDR = 0x8927;
    private static final int SIOCGIFINDEX = 0x8933;
    private static final int IFF_UP = 1;
    private static final int ARPHRD_ETHER = 1;

    private final String name;

    /** @throws IllegalArgumentException if this cannot be an interface's name */
    public NetDevice(final String name) {
        this.name = checkName(name);
    }

    private static String checkName(final String name) {
        final int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0
                || bytes > MAX_NAME_BYTES
                || name.contains("/")
                || name.chars().anyMatch(c -> c <= ' ')) {
            throw new IllegalArgumentException("an interface name has 1 to " + MAX_NAME_BYTES
                    + " bytes, no blank and no slash, this one has " + bytes + ": '" + name + "'");
        }
        return name;
    }

    public String name() {
        return name;
    }

    /** True if this network namespace has an interface of that name. */
    public boolean exists() {
        return query(SIOCGIFINDEX, request -> 0) >= 0;
    }

    /** The interface's number; ENODEV if there is none of that name. */
    public int index() {
        return (int) check(query(SIOCGIFINDEX, request -> request.get(JAVA_INT, IFREQ_VALUE)), "SIOCGIFINDEX");
    }

    public int mtuBytes() {
        return (int) check(query(SIOCGIFMTU, request -> request.get(JAVA_INT, IFREQ_VALUE)), "SIOCGIFMTU");
    }

    public void mtuBytes(final int bytes) {
        check(query(SIOCSIFMTU, bytes, request -> 0), "SIOCSIFMTU");
    }

    public boolean isUp() {
        return (flags() & IFF_UP) != 0;
    }

    /** Brings the interface up; needs CAP_NET_ADMIN. */
    public void up() {
        check(query(SIOCSIFFLAGS, flags() | IFF_UP, request -> 0), "SIOCSIFFLAGS");
    }

    private int flags() {
        return (int) check(
                query(SIOCGIFFLAGS, request -> Short.toUnsignedInt(request.get(JAVA_SHORT, IFREQ_VALUE))),
                "SIOCGIFFLAGS");
    }

    /** The hardware address: six bytes, the first in bits 47..40. */
    public long hardwareAddress() {
        return check(query(SIOCGIFHWADDR, NetDevice::hardwareAddress), "SIOCGIFHWADDR");
    }

    /** True if the interface carries Ethernet frames; the loopback and TUN interfaces, for instance, do not. */
    public boolean isEthernet() {
        return check(
                        query(SIOCGIFHWADDR, request -> Short.toUnsignedInt(request.get(JAVA_SHORT, IFREQ_VALUE))),
                        "SIOCGIFHWADDR")
                == ARPHRD_ETHER;
    }

    private static long hardwareAddress(final MemorySegment request) {
        long address = 0;
        for (int i = 0; i < 6; i++) {
            address = address << 8 | Byte.toUnsignedLong(request.get(JAVA_BYTE, IFREQ_HARDWARE_ADDRESS + i));
        }
        return address;
    }

    /** Takes the answer out of an ifreq. */
    private interface Answer {
        long of(MemorySegment request);
    }

    private long query(final int code, final Answer answer) {
        return query(code, 0, answer);
    }

    private long query(final int code, final int value, final Answer answer) {
        final int socket = InetSocket.open(InetSocket.AF_INET, InetSocket.SOCK_DGRAM);
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment request = request(arena);
            request.set(JAVA_INT, IFREQ_VALUE, value);
            final long result = IOCTL.call(socket, code, request.address());
            return result < 0 ? result : answer.of(request);
        } finally {
            Descriptors.close(socket);
        }
    }

    /** An ifreq for this interface. */
    MemorySegment request(final Arena arena) {
        final MemorySegment request = arena.allocate(IFREQ_BYTES, 8);
        request.setString(0, name);
        return request;
    }

    private long check(final long result, final String code) {
        return SystemCallException.check(result, "ioctl", code, name);
    }

    @Override
    public String toString() {
        return name;
    }
}
