package org.pno.dpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.pno.sim.SimulatedHost;
import org.pno.sys.Descriptors;
import org.pno.sys.Epoll;
import org.pno.sys.EventFd;
import org.pno.sys.InetSocket;
import org.pno.sys.MemoryMapping;
import org.pno.sys.UnixSocket;

/** Descriptors that a host may pass: what the DPU asks for, and all that is not quite it. Made when asked for. */
final class DescriptorZoo implements AutoCloseable {
    /** How many kinds there are; what the DPU itself has passed comes behind them. */
    static final int KINDS = 16;

    private static final long SMALL_BYTES = 4_096;
    /** The most that a write can leave in an eventfd. */
    private static final long FULL = -2;

    private final int[] made = new int[KINDS];
    private final List<Integer> received = new ArrayList<>();
    private final SimulatedHost host = new SimulatedHost(SimulatedHost.smallGeometry(), () -> {});
    private final Epoll epoll = new Epoll(1);
    private final int ownSocket;

    /** @param ownSocket the one that the messages go through */
    DescriptorZoo(final int ownSocket) {
        this.ownSocket = ownSocket;
        Arrays.fill(made, -1);
    }

    /** One of a kind: the same each time. */
    int get(final int number) {
        final int kind = Math.floorMod(number, KINDS + received.size());
        if (kind >= KINDS) {
            return received.get(kind - KINDS);
        }
        return switch (kind) {
            case 0, 1 -> host.descriptor();
            case 2 -> ownSocket;
            case 3 -> epoll.descriptor();
            default -> {
                if (made[kind] < 0) {
                    made[kind] = make(kind);
                }
                yield made[kind];
            }
        };
    }

    private static int make(final int kind) {
        return switch (kind) {
            case 4 -> MemoryMapping.createSealedMemfd("small", SMALL_BYTES);
            case 5 -> MemoryMapping.createMemfd("unsealed", SMALL_BYTES);
            case 6 -> EventFd.create();
            case 7 -> fullBell();
            case 8 -> UnixSocket.open(UnixSocket.STREAM);
            case 9 -> UnixSocket.open(UnixSocket.SEQPACKET);
            case 10 -> InetSocket.open(InetSocket.AF_INET, InetSocket.SOCK_STREAM);
            case 11 -> listening(InetSocket.AF_INET);
            case 12 -> listening(InetSocket.AF_INET6);
            case 13 -> InetSocket.open(InetSocket.AF_INET, InetSocket.SOCK_DGRAM);
            case 14 -> Descriptors.open("/dev/null", Descriptors.O_RDWR);
            default -> Descriptors.open("/proc/self", Descriptors.O_RDONLY);
        };
    }

    private static int fullBell() {
        final int bell = EventFd.create();
        final MemorySegment full = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, FULL);
        Descriptors.write(bell, full, 0, Long.BYTES);
        Descriptors.nonBlocking(bell, false);
        return bell;
    }

    private static int listening(final int domain) {
        final int socket = InetSocket.open(domain, InetSocket.SOCK_STREAM);
        UnixSocket.listen(socket, 4); // Any socket's listen(2): binds to the wildcard and a free port.
        return socket;
    }

    /** The DPU has passed one: it may be passed back. */
    void add(final int descriptor) {
        received.add(descriptor);
    }

    @Override
    public void close() {
        for (final int descriptor : made) {
            if (descriptor >= 0) {
                Descriptors.close(descriptor);
            }
        }
        received.forEach(Descriptors::close);
        epoll.close();
        host.close();
    }
}
