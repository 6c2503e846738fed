package org.pno.dpu;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.pno.bridge.HostArena;
import org.pno.control.ControlLoop;
import org.pno.control.Watches;
import org.pno.relay.RelayAddress;
import org.pno.relay.RelayException;
import org.pno.relay.SecureChannel;
import org.pno.sys.Epoll;
import org.pno.sys.Errno;
import org.pno.sys.InetSocket;
import org.pno.sys.StreamSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where {@code pno host} knocks. A handshake is made beside the loop, a few at a time, and the loop has a connection
 * once its peer has shown our host's certificate. A DPU serves one host: who comes later with the same key, and speaks
 * our versions, takes the place of the one before.
 */
final class RemoteHosts implements RemoteHost.Owner, AutoCloseable {
    /** Handshakes at one time; others wait in the kernel's queue. */
    static final int MOST_HANDSHAKES = 16;

    private static final Logger LOG = LoggerFactory.getLogger(RemoteHosts.class);
    private static final int BACKLOG = 64;
    private static final long HANDSHAKE_MILLIS = 3_000;
    /** Silence after which a host is taken for dead. */
    private static final int PATIENCE_SECONDS = 5;

    /** What came of a handshake. */
    private record Shaken(SecureChannel channel, String refusal) {}

    private final ControlLoop loop;
    private final RelaySettings settings;
    private final Supplier<Tenants> tenants;
    private final StreamSocket listener;
    private final boolean[] isBusy = new boolean[MOST_HANDSHAKES];
    private final List<RemoteHost> hosts = new ArrayList<>();
    private ControlContext context;
    private boolean isPaused;
    private boolean isClosed;

    /**
     * Listens.
     *
     * @param tenants makes the users of a host
     * @throws DpuException if the address is not to be had
     */
    RemoteHosts(final ControlLoop loop, final RelaySettings settings, final Supplier<Tenants> tenants) {
        this.loop = loop;
        this.settings = settings;
        this.tenants = tenants;
        listener = StreamSocket.openFor(settings.listen());
        int result = listener.bind(settings.listen());
        if (result == 0) {
            result = listener.listen(BACKLOG);
        }
        if (result < 0) {
            listener.close();
            throw new DpuException(
                    "--bus …,listen=" + RelayAddress.format(settings.listen()) + ": " + Errno.describe(-result));
        }
    }

    /** Takes hosts from now on. */
    void start(final ControlContext controlContext) {
        context = controlContext;
        loop.watches().add(listener.descriptor(), Epoll.EPOLLIN, events -> acceptAll());
        LOG.info("hosts come by {}", address());
    }

    /** Where it listens. */
    String address() {
        return RelayAddress.format(InetSocket.localEndpoint(listener.descriptor()));
    }

    Watches watches() {
        return loop.watches();
    }

    Tenants newTenants() {
        return tenants.get();
    }

    private void acceptAll() {
        for (int place = freePlace(); place >= 0; place = freePlace()) {
            final StreamSocket socket = listener.accept();
            if (socket == null) {
                return;
            }
            shake(place, socket);
        }
        isPaused = true;
        loop.watches().interest(listener.descriptor(), 0);
    }

    private int freePlace() {
        for (int place = 0; place < isBusy.length; place++) {
            if (!isBusy[place]) {
                return place;
            }
        }
        return -1;
    }

    private void shake(final int place, final StreamSocket socket) {
        isBusy[place] = true;
        socket.dialogue(PATIENCE_SECONDS);
        // The room's threads are by user; no user has a negative number.
        loop.waitingRoom().ask(-1 - place, () -> shaken(socket), result -> onShaken(place, result));
    }

    private Shaken shaken(final StreamSocket socket) {
        final SecureChannel channel = new SecureChannel(socket, settings.keys());
        String who = "somebody";
        try {
            who = RelayAddress.format(InetSocket.remoteEndpoint(socket.descriptor()));
            channel.handshake(HANDSHAKE_MILLIS);
            return new Shaken(channel, null);
        } catch (final RelayException | RuntimeException e) {
            channel.close();
            return new Shaken(null, who + ": " + e.getMessage());
        }
    }

    private void onShaken(final int place, final Shaken result) {
        isBusy[place] = false;
        if (isClosed) {
            if (result.channel() != null) {
                result.channel().close();
            }
            return;
        }
        if (isPaused) {
            isPaused = false;
            loop.watches().interest(listener.descriptor(), Epoll.EPOLLIN);
        }
        if (result.channel() == null) {
            LOG.warn("refused {}", result.refusal());
            return;
        }
        final RemoteHost host = new RemoteHost(context, this, result.channel(), settings);
        hosts.add(host);
        host.start();
    }

    @Override
    public void onGreeted(final RemoteHost host) {
        for (final RemoteHost other : List.copyOf(hosts)) {
            if (other != host) {
                other.end("another pno host has come with the same key");
            }
        }
        LOG.info("a host is here");
    }

    @Override
    public void onEnded(final RemoteHost host, final String why) {
        hosts.remove(host);
        LOG.warn("the host is gone: {}", why);
    }

    /** Once per cycle: sends what was said to hosts in it. */
    void flush() {
        for (int i = hosts.size() - 1; i >= 0; i--) {
            hosts.get(i).flush();
        }
    }

    void onOnlyAnchored(final HostArena arena, final int record, final int generation) {
        hosts.forEach(host -> host.side().identities().onOnlyAnchored(arena, record, generation));
    }

    void onArenaEnded(final HostArena arena) {
        hosts.forEach(host -> host.side().identities().onArenaEnded(arena));
    }

    /** Ends all links. */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        List.copyOf(hosts).forEach(host -> host.end("the DPU ends"));
        listener.close();
    }
}
