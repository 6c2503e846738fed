package org.pno.host;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pno.control.ControlLoop;
import org.pno.control.ControlServer;
import org.pno.control.KernelSockets;
import org.pno.control.OpenNames;
import org.pno.control.RelayLink;
import org.pno.control.SocketPlaceException;
import org.pno.control.WaitingRoom;
import org.pno.control.Watches;
import org.pno.link.ArenaDescriptor;
import org.pno.link.ProtocolException;
import org.pno.relay.RelayDecoder;
import org.pno.relay.RelayDescriptor;
import org.pno.relay.RelayException;
import org.pno.relay.RelayKeys;
import org.pno.relay.SecureChannel;
import org.pno.relay.Side;
import org.pno.relay.Thing;
import org.pno.sys.Descriptors;
import org.pno.sys.Epoll;
import org.pno.sys.EventFd;
import org.pno.sys.EventSignals;
import org.pno.sys.InetSocket;
import org.pno.sys.PeerCredentials;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code pno host}: the control socket of a host whose DPU has its own memory, and the relay to that DPU. {@link #run}
 * is its thread; only {@link #stop} may be called from another. It lives as long as the link: with the DPU gone all
 * programs' sockets are, and who starts it anew starts with nothing.
 */
public final class HostAgent implements RelayLink.Owner, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostAgent.class);

    /** Control connections of a user, as at a DPU. */
    private static final int CONNECTIONS_PER_USER = 4_096;

    private final Watches watches = new Watches();
    private final WaitingRoom waitingRoom = new WaitingRoom();
    private final ControlLoop loop = new ControlLoop(watches, waitingRoom);
    private final KernelSockets sockets = new KernelSockets();
    private final OpenNames names = new OpenNames(watches);
    private final EventSignals signals = new EventSignals();
    private final int wakeUp = EventFd.create();
    private final Map<Integer, AgentSession> sessions = new HashMap<>();
    private final ArenaSharing.Opener opener;
    private final String dpu;
    private final InetSocket.Endpoint own;
    private final ControlServer server;
    private final RelayLink link;
    /** Null until the DPU has said what is to be opened. */
    private ArenaSharing sharing;

    private HostThings things;
    private int lastConnection;
    private boolean isServing;
    private String end;
    private volatile boolean isStopping;
    private boolean isClosed;

    /**
     * Finds the DPU and takes the socket's place; programs may connect once {@link #run} has the DPU's HELLO.
     *
     * @param dpu HOST:PORT
     * @param keys directory with {@code host.p12}
     * @throws HostException if there is no DPU that believes us, or the socket cannot be made
     */
    public HostAgent(final String dpu, final Path keys, final String socketPath, final ArenaSharing.Opener opener) {
        this.dpu = dpu;
        this.opener = opener;
        SecureChannel channel = null;
        try {
            channel = DpuConnection.open(dpu, RelayKeys.load(keys, Side.HOST));
            own = InetSocket.localEndpoint(channel.descriptor());
            server = new ControlServer(socketPath);
        } catch (final RelayException e) {
            closeOwn();
            throw new HostException(e.getMessage(), e);
        } catch (final SocketPlaceException e) {
            channel.close();
            closeOwn();
            throw new HostException(e.getMessage(), e);
        }
        link = new RelayLink(watches, channel, this);
        watches.add(wakeUp, Epoll.EPOLLIN, events -> EventFd.drain(wakeUp));
        watches.add(waitingRoom.descriptor(), Epoll.EPOLLIN, events -> waitingRoom.takeAnswers());
    }

    /**
     * Serves until {@link #stop}, or until the DPU is gone.
     *
     * @throws HostException if the DPU has ended, saying why
     */
    public void run() {
        link.send(link.encoder().hello(""));
        link.start();
        link.flush();
        while (!isStopping && end == null) {
            watches.await(Epoll.FOREVER);
            link.flush();
        }
        if (!isStopping) {
            throw new HostException("the DPU at " + dpu + ": " + end);
        }
    }

    /** Ends {@link #run} soon. Any thread. */
    public void stop() {
        isStopping = true;
        EventFd.signal(wakeUp);
    }

    /** Where the control socket stands. */
    public String socketPath() {
        return server.path();
    }

    @Override
    public void onRecord(final RelayDecoder record, final MemorySegment memory) throws ProtocolException {
        if (isServing == (record.type() == RelayDescriptor.HELLO)) {
            if (record.type() == RelayDescriptor.REFUSED) {
                throw new ProtocolException(record.refusedText());
            }
            throw new ProtocolException("HELLO comes first and once; this was a record of type " + record.type());
        }
        final AgentSession session = sessions.get(record.connection());
        switch (record.type()) {
            case RelayDescriptor.HELLO -> hello(record);
            case RelayDescriptor.REPLY -> {
                if (session != null) { // Else the program has gone meanwhile.
                    session.onReply(record, memory);
                }
            }
            case RelayDescriptor.CLOSED -> {
                if (session != null) {
                    session.disconnect();
                }
            }
            case RelayDescriptor.RING -> ring(record);
            case RelayDescriptor.DROP -> drop(record);
            case RelayDescriptor.LOOK -> look(record);
            default -> throw new ProtocolException("a DPU does not send records of type " + record.type());
        }
    }

    private void hello(final RelayDecoder record) throws ProtocolException {
        if (record.helloVersion() != RelayDescriptor.VERSION || record.helloLinkVersion() != ArenaDescriptor.VERSION) {
            throw new ProtocolException("it speaks version " + record.helloVersion() + " of the relay and "
                    + record.helloLinkVersion() + " of the link, we " + RelayDescriptor.VERSION + " and "
                    + ArenaDescriptor.VERSION + ": both must come from the same build");
        }
        try {
            sharing = opener.open(record.helloFabric(), own);
        } catch (final RuntimeException e) {
            throw new ProtocolException("it wants the fabric '" + record.helloFabric() + "': " + e.getMessage());
        }
        isServing = true;
        things = new HostThings(link, waitingRoom, sharing);
        server.start(loop, CONNECTIONS_PER_USER, this::open);
        LOG.info("serving {} for the DPU at {}", server.path(), dpu);
    }

    private AgentSession open(final PeerCredentials peer, final int socket, final Runnable disconnect) {
        lastConnection++;
        final AgentSession session = new AgentSession(this, lastConnection, peer, socket, disconnect);
        sessions.put(lastConnection, session);
        link.send(link.encoder().open(lastConnection, peer));
        return session;
    }

    private void ring(final RelayDecoder record) {
        for (int i = 0; i < record.numberCount(); i++) {
            final int descriptor = things.descriptor(record.number(i));
            if (descriptor >= 0) {
                signals.signal(descriptor);
            }
        }
    }

    private void drop(final RelayDecoder record) {
        for (int i = 0; i < record.numberCount(); i++) {
            things.drop(record.number(i));
        }
    }

    private void look(final RelayDecoder record) {
        final Set<Long> open = sockets.open();
        link.send(link.encoder()
                .looked(record.inodes().stream().filter(open::contains).toList()));
    }

    @Override
    public void onEnded(final String why) {
        end = why;
    }

    ControlLoop loop() {
        return loop;
    }

    KernelSockets sockets() {
        return sockets;
    }

    OpenNames names() {
        return names;
    }

    HostThings things() {
        return things;
    }

    /** Rings a program's bell; 0 or a negative errno. */
    int ring(final int bell) {
        return signals.signal(bell);
    }

    /** Serves a connection that we have made ourselves. */
    void add(final int descriptor, final PeerCredentials peer) {
        server.add(descriptor, peer);
    }

    void request(final int connection, final List<Thing> with, final MemorySegment message, final int length) {
        link.send(link.encoder().request(connection, with, message, length));
    }

    void rang(final int connection) {
        link.send(link.encoder().rang(connection));
    }

    void exited(final int connection) {
        link.send(link.encoder().exited(connection));
    }

    void unnamed(final long inode) {
        link.send(link.encoder().unnamed(List.of(inode)));
    }

    void closed(final int connection) {
        sessions.remove(connection);
        link.send(link.encoder().closed(connection));
    }

    /** Ends all connections, withdraws all memory and removes the socket's file. After {@link #run}. */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        link.end("pno host ends"); // First: connections that end one by one would be closed in order, not reset.
        server.close();
        if (things != null) {
            things.close();
            sharing.close();
        }
        closeOwn();
    }

    private void closeOwn() {
        names.close();
        watches.close();
        waitingRoom.close();
        signals.close();
        sockets.close();
        Descriptors.close(wakeUp);
    }
}
