package org.pno.bridge;

import org.pno.bridge.BridgeSocket.Role;
import org.pno.link.AddressLine;
import org.pno.link.Fence;
import org.pno.link.RecordDescriptor;
import org.pno.link.RecordHostLine;
import org.pno.link.SocketStatus;
import org.pno.stack.SocketOptions;
import org.pno.sys.Errno;

/** Carries out what hosts ask for their connections: connect, options, close. */
final class Connections {
    private static final int FAMILY_IPV4 = 4;
    private static final int FAMILY_IPV6 = 6;

    private final SocketOptionsReader optionsReader = new SocketOptionsReader();
    private final AddressLine address = new AddressLine();
    private final BridgeContext context;
    private final ReceivePath receive;
    private final Listeners listeners;
    private final Publisher publisher;

    Connections(
            final BridgeContext context,
            final ReceivePath receive,
            final Listeners listeners,
            final Publisher publisher) {
        this.context = context;
        this.receive = receive;
        this.listeners = listeners;
        this.publisher = publisher;
    }

    /**
     * Takes up the request of a record that the host has taken.
     *
     * @param lines private copies of the record's lines, as {@link RecordReads} lays them out
     */
    Fence onRequest(final BridgeSocket socket, final RecordHostLine line, final Slot lines) {
        address.wrap(lines.memory(), lines.offset() + RecordReads.ADDRESS_AT);
        if (line.requestKind() != RecordDescriptor.REQUEST_CONNECT
                || address.family() != FAMILY_IPV4 && address.family() != FAMILY_IPV6) {
            return Fence.REQUEST;
        }
        final SocketOptions options = optionsReader.read(lines.memory(), lines.offset() + RecordReads.OPTIONS_AT);
        if (options == null) {
            return Fence.OPTIONS;
        }
        context.counters().increment(BridgeCounter.CONNECTS);
        socket.begin(Role.CONNECTION, line.generation(), context.bus().memory());
        socket.requestNumber = line.requestNumber();
        final int connection = connect(socket, options);
        if (connection < 0) {
            context.counters().increment(BridgeCounter.CONNECT_REFUSED);
            socket.nextStatus = SocketStatus.encode(SocketStatus.CLOSED, -connection, socket.generation);
            socket.answer = -connection;
            socket.isAnswerDue = true;
        }
        publisher.mark(socket);
        return Fence.NONE;
    }

    /** The connection's number, or a negative errno. */
    private int connect(final BridgeSocket socket, final SocketOptions options) {
        final Tenant tenant = socket.arena.tenant();
        if (!socket.takeQuota() || !tenant.takeHalfOpen()) {
            context.counters().increment(BridgeCounter.QUOTA);
            return -Errno.ENOBUFS;
        }
        final int connection = context.stack()
                .connect(
                        address.localHi(),
                        address.localLo(),
                        address.localPort(),
                        address.remoteHi(),
                        address.remoteLo(),
                        address.remotePort(),
                        options);
        if (connection < 0) {
            tenant.giveHalfOpen();
            return connection;
        }
        socket.isConnecting = true;
        context.table().bindConnection(connection, socket);
        return connection;
    }

    /** A request of a record whose connection exists already. */
    Fence onLateRequest(final BridgeSocket socket, final int kind, final int number) {
        if (kind != RecordDescriptor.REQUEST_CONNECT) {
            return Fence.REQUEST;
        }
        if (!socket.isConnecting) {
            socket.requestNumber = number;
            socket.answer = Errno.EISCONN;
            socket.isAnswerDue = true;
            publisher.mark(socket);
        }
        return Fence.NONE;
    }

    /** The host wants TCP_INFO; it has asked so often. */
    void onInfoAsked(final BridgeSocket socket, final long asked) {
        socket.infoAsked = asked;
        socket.isInfoDue = true;
        publisher.mark(socket);
    }

    /** New options of a socket in use. */
    Fence onOptions(final BridgeSocket socket, final Slot lines) {
        final SocketOptions options = optionsReader.read(lines.memory(), lines.offset() + RecordReads.OPTIONS_AT);
        if (options == null) {
            return Fence.OPTIONS;
        }
        if (socket.role == Role.CONNECTION && socket.connection != BridgeSocket.NONE) {
            context.stack().setOptions(socket.connection, options);
        } else if (socket.role == Role.LISTENER && !socket.isClosed) {
            context.stack().setListenerOptions(socket.listenerSide.number, options);
        }
        return Fence.NONE;
    }

    /** The last holder is gone and the last positions are read: ends the socket as Linux ends one. */
    void close(final BridgeSocket socket) {
        if (socket.isClosed || socket.acceptedBy != null) {
            return;
        }
        if (socket.role == Role.LISTENER) {
            listeners.end(socket);
            return;
        }
        socket.isClosed = true;
        if (socket.connection != BridgeSocket.NONE) {
            context.journal().finSent(socket.connection);
            context.stack().close(socket.connection);
        }
        receive.releaseAll(socket);
        publisher.mark(socket);
    }
}
