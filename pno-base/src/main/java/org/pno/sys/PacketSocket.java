package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/**
 * AF_PACKET sockets: the frames of an interface with a virtio-net header before each.
 *
 * <pre>
 *   struct sockaddr_ll:   0 family u16 | 2 protocol, big-endian | 4 interface u32 | 8 … 20
 *   struct packet_mreq:   0 interface u32 | 4 type u16 | 6 length u16 | 8 … 16 address
 * </pre>
 */
public final class PacketSocket {
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int ETH_P_ALL_BIG_ENDIAN = 0x0300;
    private static final int SOCKADDR_BYTES = 20;

    private static final int SOL_PACKET = 263;
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final int PACKET_MR_ALLMULTI = 2;
    private static final int MEMBERSHIP_BYTES = 16;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int SO_RCVBUF = 8;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SO_SNDBUF = 7;

    private static final int MSG_TRUNC = 0x20;

    private static final MethodHandle RECV = LibcFunction.of(
                    "recv", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT)
            .handle();

    private PacketSocket() {}

    /**
     * Opens a socket that sees every frame that arrives on an interface, but none that leaves; needs CAP_NET_RAW.
     *
     * @param interfaceIndex {@link NetDevice#index()}
     * @param bufferBytes wanted for each direction; capped at net.core.rmem_max without CAP_NET_ADMIN
     */
    public static int open(final int interfaceIndex, final int bufferBytes) {
        // Protocol 0 until bound, so that no frame of another interface gets in.
        final int socket = Sockets.open(AF_PACKET, SOCK_RAW, 0);
        try (Arena arena = Arena.ofConfined()) {
            set(socket, PACKET_VNET_HDR, "PACKET_VNET_HDR");
            set(socket, PACKET_IGNORE_OUTGOING, "PACKET_IGNORE_OUTGOING");
            buffer(socket, SO_RCVBUFFORCE, SO_RCVBUF, bufferBytes);
            buffer(socket, SO_SNDBUFFORCE, SO_SNDBUF, bufferBytes);
            final MemorySegment address = arena.allocate(SOCKADDR_BYTES, 4);
            address.set(JAVA_SHORT, 0, (short) AF_PACKET);
            address.set(JAVA_SHORT, 2, (short) ETH_P_ALL_BIG_ENDIAN);
            address.set(JAVA_INT, 4, interfaceIndex);
            Sockets.bind(socket, address, SOCKADDR_BYTES, "AF_PACKET, interface " + interfaceIndex);
            joinAllGroups(socket, interfaceIndex, arena);
            return socket;
        } catch (final SystemCallException e) {
            Descriptors.close(socket);
            throw e;
        }
    }

    private static void set(final int socket, final int option, final String name) {
        SystemCallException.check(Sockets.setIntOption(socket, SOL_PACKET, option, 1), "setsockopt", socket, name);
    }

    /** IPv6 asks for its neighbours by multicast, which a card hands over to those who have joined. */
    private static void joinAllGroups(final int socket, final int interfaceIndex, final Arena arena) {
        final MemorySegment membership = arena.allocate(MEMBERSHIP_BYTES, 4);
        membership.set(JAVA_INT, 0, interfaceIndex);
        membership.set(JAVA_SHORT, 4, (short) PACKET_MR_ALLMULTI);
        Sockets.setOption(socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership, "PACKET_ADD_MEMBERSHIP");
    }

    private static void buffer(final int socket, final int forced, final int plain, final int bytes) {
        if (Sockets.setIntOption(socket, Sockets.SOL_SOCKET, forced, bytes) < 0) {
            Sockets.setIntOption(socket, Sockets.SOL_SOCKET, plain, bytes);
        }
    }

    /**
     * Receives one frame with its virtio-net header, without waiting. Does not allocate.
     *
     * @return the whole length, header included, more than {@code length} if it was truncated; or a negative errno
     */
    public static int receive(final int socket, final MemorySegment memory, final long offset, final int length) {
        final long address = NativeMemory.address(memory, offset, length);
        final Scratch scratch = Scratch.ofThread();
        final long flags = Sockets.MSG_DONTWAIT | MSG_TRUNC;
        try {
            return (int) scratch.answer(
                    (long) RECV.invokeExact(scratch.captureState(), (long) socket, address, (long) length, flags));
        } catch (final Throwable e) {
            throw LibcFunction.unexpected(e);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /** Frames the kernel dropped because the socket's buffer was full, since the last call. */
    public static long takeDrops(final int socket) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment statistics = arena.allocate(JAVA_INT, 2);
            Sockets.option(socket, SOL_PACKET, PACKET_STATISTICS, statistics, "PACKET_STATISTICS");
            return Integer.toUnsignedLong(statistics.getAtIndex(JAVA_INT, 1));
        }
    }
}
