package org.pno.bridge;

import java.util.Arrays;
import java.util.function.Consumer;

/** Sockets by the numbers that the stack gives its connections and listeners. */
final class SocketTable {
    private BridgeSocket[] byConnection = new BridgeSocket[1024];
    private BridgeSocket[] byListener = new BridgeSocket[16];

    /** The socket of a connection, or null: none yet, or none any more. */
    BridgeSocket connection(final int connection) {
        return connection < byConnection.length ? byConnection[connection] : null;
    }

    BridgeSocket listener(final int listener) {
        return listener < byListener.length ? byListener[listener] : null;
    }

    void bindConnection(final int connection, final BridgeSocket socket) {
        if (connection >= byConnection.length) {
            byConnection = Arrays.copyOf(byConnection, Integer.highestOneBit(connection) << 1);
        }
        byConnection[connection] = socket;
        socket.connection = connection;
    }

    /** Parts a socket from its connection. */
    void unbindConnection(final BridgeSocket socket) {
        if (socket.connection != BridgeSocket.NONE) {
            byConnection[socket.connection] = null;
            socket.connection = BridgeSocket.NONE;
        }
    }

    void bindListener(final int listener, final BridgeSocket socket) {
        if (listener >= byListener.length) {
            byListener = Arrays.copyOf(byListener, Integer.highestOneBit(listener) << 1);
        }
        byListener[listener] = socket;
    }

    void unbindListener(final int listener) {
        byListener[listener] = null;
    }

    void forEachListener(final Consumer<BridgeSocket> visitor) {
        for (final BridgeSocket listener : byListener) {
            if (listener != null) {
                visitor.accept(listener);
            }
        }
    }
}
