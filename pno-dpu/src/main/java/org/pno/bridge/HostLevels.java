package org.pno.bridge;

import org.pno.bridge.BridgeSocket.Publication;
import org.pno.bridge.BridgeSocket.Role;
import org.pno.link.ArenaDescriptor;
import org.pno.link.Fence;
import org.pno.link.RecordDescriptor;
import org.pno.link.RecordHostLine;
import org.pno.stack.Sockets;

/**
 * Judges the positions and levels that a host has written, by what was posted to it, and hands on what is new.
 * Everything older than what was seen is stale and ignored.
 */
final class HostLevels {
    private final Sockets stack;
    private final Journal journal;
    private final ReceivePath receive;
    private final Listeners listeners;
    private final Channels channels;

    HostLevels(
            final BridgeContext context,
            final ReceivePath receive,
            final Listeners listeners,
            final Channels channels) {
        stack = context.stack();
        journal = context.journal();
        this.receive = receive;
        this.listeners = listeners;
        this.channels = channels;
    }

    /** Takes txWritten and rxRead. */
    Fence onPositions(final BridgeSocket socket, final long txWritten, final long rxRead) {
        if (txWritten - socket.txWritten > 0) {
            final Fence fence = onWritten(socket, txWritten);
            if (fence != Fence.NONE) {
                return fence;
            }
        }
        if (rxRead - socket.rxRead > 0) {
            return onRead(socket, rxRead);
        }
        return Fence.NONE;
    }

    private Fence onWritten(final BridgeSocket socket, final long txWritten) {
        if (txWritten - socket.line.txAcked() > ArenaDescriptor.STREAM_BYTES) {
            return Fence.TX_WRITTEN;
        }
        if (socket.txFin != 0 && socket.txFin != RecordDescriptor.TX_FIN_ABORT && txWritten >= socket.txFin) {
            return Fence.TX_FIN;
        }
        socket.txWritten = txWritten;
        if (socket.role == Role.LISTENER) {
            listeners.onCredits(socket);
        } else if (socket.connection != BridgeSocket.NONE) {
            stack.onTxWritten(socket.connection, txWritten);
            finishIfComplete(socket);
        }
        return Fence.NONE;
    }

    /** More will follow what was written up to here. Only a hint: lost, it costs a segment. */
    void onMore(final BridgeSocket socket, final long txWritten) {
        if (socket.role == Role.CONNECTION && socket.connection != BridgeSocket.NONE) {
            stack.onMoreToCome(socket.connection, txWritten);
        }
    }

    private Fence onRead(final BridgeSocket socket, final long rxRead) {
        if (rxRead - socket.line.rxCommitted() > 0) {
            return Fence.RX_READ;
        }
        final long before = socket.rxRead;
        socket.rxRead = rxRead;
        receive.onRead(socket, before, rxRead);
        if (socket.role == Role.LISTENER) {
            listeners.onTaken(socket);
        } else if (socket.connection != BridgeSocket.NONE) {
            stack.onRxRead(socket.connection, rxRead);
        }
        return Fence.NONE;
    }

    /** Takes a whole host line of the socket's generation. */
    Fence onLine(final BridgeSocket socket, final RecordHostLine line) {
        if (!socket.arena.geometry().hasChannel(line.eventChannel())
                && line.eventChannel() != RecordDescriptor.ALL_CHANNELS) {
            return Fence.EV_CHANNEL;
        }
        if (line.eventChannel() != socket.eventChannel) {
            socket.eventChannel = line.eventChannel();
            channels.notify(socket); // One may have gone to the old channel when the host had looked already.
        }
        Fence fence = onUrgent(socket, line.txUrgent());
        if (fence == Fence.NONE) {
            fence = onPositions(socket, written(socket, line), line.rxRead());
        }
        if (fence == Fence.NONE && line.txFin() != socket.txFin) {
            fence = onFin(socket, line.txFin());
        }
        if (fence == Fence.NONE && line.txWait() != 0) {
            onWait(socket, line.txWait());
        }
        return fence;
    }

    /** It was said that so much is written, with urgent data before it: it counts when the host line has been read. */
    void onTold(final BridgeSocket socket, final long txWritten) {
        if (txWritten - socket.txTold > 0) {
            socket.txTold = txWritten;
        }
    }

    /**
     * What counts of the line's txWritten. Its txUrgent may be of an earlier moment; but it is no older than what had
     * been told before the line was read. The rest is left for the next read.
     */
    private long written(final BridgeSocket socket, final RecordHostLine line) {
        if (!line.isUrgent()) {
            return line.txWritten();
        }
        onTold(socket, line.txWritten());
        return socket.readTold;
    }

    private Fence onUrgent(final BridgeSocket socket, final long txUrgent) {
        if (txUrgent - socket.txUrgent <= 0) {
            return Fence.NONE; // Stale.
        }
        if (txUrgent - socket.line.txAcked() > ArenaDescriptor.STREAM_BYTES) {
            return Fence.TX_URGENT;
        }
        socket.txUrgent = txUrgent;
        if (socket.role == Role.CONNECTION && socket.connection != BridgeSocket.NONE) {
            stack.onTxUrgent(socket.connection, txUrgent);
        }
        return Fence.NONE;
    }

    private Fence onFin(final BridgeSocket socket, final long txFin) {
        if (socket.txFin == RecordDescriptor.TX_FIN_ABORT || txFin == 0) {
            return Fence.TX_FIN;
        }
        if (txFin != RecordDescriptor.TX_FIN_ABORT && (socket.txFin != 0 || txFin - 1 - socket.txWritten < 0)) {
            return Fence.TX_FIN;
        }
        socket.txFin = txFin;
        if (txFin != RecordDescriptor.TX_FIN_ABORT) {
            finishIfComplete(socket);
        } else if (socket.connection != BridgeSocket.NONE) {
            stack.abort(socket.connection);
        }
        return Fence.NONE;
    }

    /** The FIN can be sent once everything before it is written: words of one line may be from different moments. */
    private void finishIfComplete(final BridgeSocket socket) {
        if (socket.txFin != 0 && socket.txWritten == socket.txFin - 1 && socket.connection != BridgeSocket.NONE) {
            journal.finSent(socket.connection);
            stack.shutdown(socket.connection);
        }
    }

    /** Whoever comes second, this or the publication that reaches it, sends the event. */
    private void onWait(final BridgeSocket socket, final long txWait) {
        socket.txWait = txWait;
        if (socket.publication == Publication.NONE && socket.isWaitOver()) {
            socket.txWait = 0;
            channels.notify(socket);
        }
    }
}
