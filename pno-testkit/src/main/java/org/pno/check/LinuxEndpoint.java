package org.pno.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pno.sys.Errno;
import org.pno.sys.StreamSocket;

/** The Linux kernel through a TAP, in real time, for one script. */
final class LinuxEndpoint implements Endpoint {
    /** By the kernel's numbers. */
    private static final List<String> STATES = List.of(
            "",
            "ESTAB",
            "SYN-SENT",
            "SYN-RECV",
            "FIN-WAIT-1",
            "FIN-WAIT-2",
            "TIME-WAIT",
            "UNCONN",
            "CLOSE-WAIT",
            "LAST-ACK",
            "LISTEN",
            "CLOSING",
            "SYN-RECV");

    private static final int CLOSED = 7;

    private final LinuxNetwork network;
    private final int peerAddress;
    private final Ipv6Packets ipv6 = new Ipv6Packets();
    private final List<Handle> handles = new ArrayList<>();

    /** A socket and how far its streams are; no socket once it is closed. */
    private static final class Handle {
        private StreamSocket socket;
        private long written;
        private long consumed;
        private boolean inline;

        Handle(final StreamSocket socket) {
            this.socket = socket;
        }
    }

    LinuxEndpoint(final LinuxNetwork network, final int peerAddress) {
        this.network = network;
        this.peerAddress = peerAddress;
    }

    @Override
    public String name() {
        return "Linux";
    }

    @Override
    public boolean isLinux() {
        return true;
    }

    @Override
    public int peerAddress() {
        return peerAddress;
    }

    @Override
    public int freePort() {
        return network.takePort();
    }

    @Override
    public long nowNs() {
        return System.nanoTime();
    }

    @Override
    public void knob(final Knob knob, final int value) {
        network.sysctl(knob.sysctl(), value);
    }

    @Override
    public void inject(final byte[] packet) {
        network.inject(isIpv6() ? ipv6.ofIpv4(packet) : packet);
    }

    @Override
    public void headers(final int first, final byte[] bytes) {
        ipv6.headers(first, bytes);
    }

    @Override
    public Sent next(final long waitNs) {
        return network.next(waitNs);
    }

    private StreamSocket at(final int handle) {
        return handles.get(handle).socket;
    }

    private int add(final StreamSocket socket) {
        handles.add(new Handle(socket));
        return handles.size() - 1;
    }

    @Override
    public int socket() {
        return add(isIpv6() ? StreamSocket.openIpv6() : StreamSocket.open());
    }

    @Override
    public int listen(final int socket, final int port, final int backlog) {
        final int bound = bind(socket, port);
        return bound < 0 ? bound : at(socket).listen(backlog);
    }

    @Override
    public int accept(final int listener) {
        final StreamSocket accepted = at(listener).accept();
        if (accepted == null) {
            return -Errno.EAGAIN;
        }
        final int handle = add(accepted);
        handles.get(handle).inline = handles.get(listener).inline;
        return handle;
    }

    @Override
    public int connect(final int socket, final int localPort, final int peerPort) {
        final int bound = bind(socket, localPort);
        if (bound < 0) {
            return bound;
        }
        return isIpv6()
                ? at(socket).connect(Ipv6Packets.NETWORK_HI, Ipv6Packets.lo(peerAddress), peerPort)
                : at(socket).connect(peerAddress, peerPort);
    }

    private int bind(final int socket, final int port) {
        return isIpv6()
                ? at(socket).bind(Ipv6Packets.NETWORK_HI, Ipv6Packets.lo(ADDRESS), port)
                : at(socket).bind(ADDRESS, port);
    }

    private boolean isIpv6() {
        return network.family() == Family.IPV6;
    }

    @Override
    public int setOption(final int socket, final Option option, final int value) {
        handles.get(socket).inline |= option == Option.URGENT_INLINE;
        return at(socket).option(option.level(), option.number(), value);
    }

    @Override
    public int write(final int socket, final int bytes) {
        final Handle handle = handles.get(socket);
        final int result = handle.socket.write(Pattern.bytes(handle.written, bytes));
        handle.written += Math.max(0, result);
        return result;
    }

    @Override
    public int writeUrgent(final int socket, final int bytes) {
        final Handle handle = handles.get(socket);
        final int result = handle.socket.writeUrgent(Pattern.bytes(handle.written, bytes));
        handle.written += Math.max(0, result);
        return result;
    }

    @Override
    public int readUrgent(final int socket, final long position) {
        final byte[] read = new byte[1];
        final int result = at(socket).readUrgent(read);
        if (result == 1 && read[0] != Pattern.at(position)) {
            throw new AssertionError("the urgent byte is not that of position " + position);
        }
        return result;
    }

    @Override
    public int isAtMark(final int socket) {
        return at(socket).isAtMark();
    }

    @Override
    public int read(final int socket, final int bytes) {
        final Handle handle = handles.get(socket);
        final byte[] read = new byte[bytes];
        final boolean wasAtMark = handle.socket.isAtMark() == 1;
        final int result = handle.socket.read(read);
        if (wasAtMark && !handle.inline && (result > 0 || handle.socket.isAtMark() == 0)) {
            handle.consumed++; // The urgent byte was left out.
        }
        for (int i = 0; i < result; i++) {
            if (read[i] != Pattern.at(handle.consumed + i)) {
                throw new AssertionError("a wrong byte was read at position " + (handle.consumed + i));
            }
        }
        handle.consumed += Math.max(0, result);
        return result;
    }

    @Override
    public int shutdown(final int socket) {
        return at(socket).shutdown();
    }

    @Override
    public int close(final int socket) {
        at(socket).close();
        handles.get(socket).socket = null;
        return 0;
    }

    @Override
    public int abort(final int socket) {
        at(socket).abort();
        handles.get(socket).socket = null;
        return 0;
    }

    @Override
    public int error(final int socket) {
        return at(socket).error();
    }

    @Override
    public String state(final int socket, final int localPort, final int peerPort) {
        final int state = socket >= 0 && at(socket) != null ? at(socket).state() : CLOSED;
        return STATES.get(state == CLOSED ? listedState(localPort, peerPort) : state);
    }

    /** Of a connection without a socket: half open, orphaned or in TIME-WAIT. */
    private int listedState(final int localPort, final int peerPort) {
        final String local = String.format(":%04X", localPort);
        final String network6 = isIpv6() ? "000000FD0000000000000000" : "";
        final String remote = String.format("%s%08X:%04X", network6, Integer.reverseBytes(peerAddress), peerPort);
        try {
            for (final String line : Files.readAllLines(Path.of("/proc/thread-self/net", isIpv6() ? "tcp6" : "tcp"))) {
                final String[] words = line.strip().split("\\s+");
                if (words[1].endsWith(local) && words[2].equals(remote)) {
                    return Integer.parseInt(words[3], 16);
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return CLOSED;
    }

    @Override
    public void close() {
        for (final Handle handle : handles) {
            if (handle.socket != null) {
                handle.socket.abort();
            }
        }
        network.restore();
    }
}
