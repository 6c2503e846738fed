package org.pno.bridge;

import java.util.ArrayDeque;

/** Sockets of which some process let go, for {@link Holders} to find out whether anybody still holds them. */
final class HolderQueue {
    private final ArrayDeque<BridgeSocket> sockets = new ArrayDeque<>();

    void add(final BridgeSocket socket) {
        if (!socket.isCheckWanted) {
            socket.isCheckWanted = true;
            sockets.add(socket);
        }
    }

    /** The next socket, or null. */
    BridgeSocket poll() {
        final BridgeSocket socket = sockets.poll();
        if (socket != null) {
            socket.isCheckWanted = false;
        }
        return socket;
    }

    boolean isEmpty() {
        return sockets.isEmpty();
    }
}
