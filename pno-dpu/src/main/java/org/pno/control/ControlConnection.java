package org.pno.control;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.pno.link.DpuAddress;
import org.pno.link.HandshakeDecoder;
import org.pno.link.HandshakeDescriptor;
import org.pno.link.HandshakeEncoder;
import org.pno.link.ProtocolException;
import org.pno.sys.Descriptors;
import org.pno.sys.Epoll;
import org.pno.sys.Errno;
import org.pno.sys.PeerCredentials;
import org.pno.sys.SystemCallException;
import org.pno.sys.UnixMessage;
import org.pno.sys.UnixSocket;

/**
 * One client of the control socket: receives its requests one after the other, has its {@link ControlSession} answer
 * them, and sends the answers without ever waiting for the client. Who breaks the protocol is told so and cut off.
 *
 * <p>The socket's flags are ours alone, since accept made its open file here: non-blocking stays so.
 */
final class ControlConnection implements Replies {
    /** Who keeps the connections. */
    interface Owner {
        /** The connection is over. */
        void onClosed(ControlConnection connection);

        /** Later: its descriptor is free again. */
        void onGone(ControlConnection connection);
    }

    /** The descriptors of the message that was received. */
    private final class Received implements Attachments {
        @Override
        public int count() {
            return incoming.descriptorCount();
        }

        @Override
        public int handle(final int index) {
            return incoming.descriptor(index);
        }
    }

    /** Bytes of text in one TEXT message. */
    private static final int TEXT_PIECE = HandshakeDescriptor.MAX_BYTES - HandshakeDescriptor.TEXT_TEXT_OFFSET;

    private final UnixMessage incoming = new UnixMessage();
    private final UnixMessage outgoing = new UnixMessage();
    private final MemorySegment packet = Arena.ofAuto().allocate(HandshakeDescriptor.MAX_BYTES, Long.BYTES);
    private final MemorySegment reply = Arena.ofAuto().allocate(HandshakeDescriptor.MAX_BYTES, Long.BYTES);
    private final HandshakeDecoder decoder = new HandshakeDecoder();
    private final HandshakeEncoder encoder = new HandshakeEncoder().wrap(reply, 0);
    private final Attachments attachments = new Received();
    private final ControlLoop loop;
    private final int socket;
    private final Owner owner;
    private final PeerCredentials peer;
    private final ControlSession session;

    private boolean isAnswerOwed;
    private boolean isClosed;
    /** Text under way, and how much of it is sent; null if there is none. */
    private byte[] text;

    private int textSent;

    /** @param peer who is at the other end; without a pid, its process is told by the connection alone */
    ControlConnection(
            final ControlLoop loop,
            final int socket,
            final PeerCredentials peer,
            final ControlSession.Opener sessions,
            final Owner owner) {
        this.loop = loop;
        this.socket = socket;
        this.owner = owner;
        this.peer = peer;
        session = sessions.open(peer, socket, this::close);
        loop.watches().add(socket, Epoll.EPOLLIN, this::onReady);
    }

    private void onReady(final int events) {
        if ((events & Epoll.EPOLLOUT) != 0) {
            sendText();
        }
        if (!isClosed && (events & (Epoll.EPOLLIN | Epoll.EPOLLHUP | Epoll.EPOLLERR)) != 0) {
            receive();
        }
    }

    private void receive() {
        final int length = incoming.receive(socket, packet, 0, HandshakeDescriptor.MAX_BYTES);
        if (length == -Errno.EAGAIN || length == -Errno.EINTR) {
            return;
        }
        if (length <= 0) {
            close();
            return;
        }
        try {
            if (incoming.isTruncated()) {
                throw new ProtocolException("a control message longer than " + HandshakeDescriptor.MAX_BYTES
                        + " bytes, or with descriptors for which there was no room");
            }
            if (isAnswerOwed) {
                throw new ProtocolException("a request before the one under way was answered");
            }
            decoder.wrap(packet, 0, length);
            isAnswerOwed = true;
            session.onRequest(decoder, attachments, this);
        } catch (final ProtocolException e) {
            cutOff(Errno.EPROTO, e.getMessage());
        } catch (final SystemCallException e) {
            refuse(e.errno(), e.getMessage());
        } finally {
            closeReceived();
        }
    }

    private void closeReceived() {
        for (int i = 0; i < incoming.descriptorCount(); i++) {
            loop.waitingRoom().close(peer.uid(), incoming.descriptor(i));
        }
    }

    @Override
    public void welcome(final long epoch, final List<DpuAddress> addresses, final int bell) {
        final int length = encoder.welcome(epoch, addresses);
        if (bell < 0) {
            send(length);
        } else {
            send(length, bell);
        }
    }

    @Override
    public void ok(final int value) {
        send(encoder.ok(value));
    }

    @Override
    public void capture(final int capacity, final int ring, final int bell) {
        send(encoder.ok(capacity), ring, bell);
    }

    @Override
    public void identity(final int descriptor) {
        send(encoder.ok(0), descriptor);
    }

    @Override
    public void joined(final int arena, final int record, final int generation, final int role, final int[] memory) {
        send(encoder.joined(arena, record, generation, role), memory);
    }

    @Override
    public void refuse(final int errno, final String why) {
        send(encoder.error(errno, why));
    }

    @Override
    public void cutOff(final int errno, final String why) {
        send(encoder.error(errno, why));
        close();
    }

    @Override
    public void message(final MemorySegment memory, final long offset, final int length, final int... descriptors) {
        MemorySegment.copy(memory, offset, reply, 0, length);
        send(length, descriptors);
    }

    @Override
    public void text(final byte[] whole) {
        text = whole;
        textSent = 0;
        sendText();
    }

    /** Sends as much of the text as the socket takes; the last piece is empty. */
    private void sendText() {
        while (text != null) {
            final int piece = Math.min(TEXT_PIECE, text.length - textSent);
            final int result = outgoing.send(socket, reply, 0, encoder.text(text, textSent, piece));
            if (result == -Errno.EAGAIN) {
                loop.watches().interest(socket, Epoll.EPOLLIN | Epoll.EPOLLOUT);
                return;
            }
            if (result < 0) {
                close();
                return;
            }
            textSent += piece;
            if (piece == 0) {
                text = null;
                isAnswerOwed = false;
                loop.watches().interest(socket, Epoll.EPOLLIN);
            }
        }
    }

    /** A client that leaves no room for one reply does not read them: it is cut off. */
    private void send(final int length, final int... descriptors) {
        if (isClosed) {
            return;
        }
        isAnswerOwed = false;
        if (outgoing.send(socket, reply, 0, length, descriptors) < 0) {
            close();
        }
    }

    /** The user at the other end. */
    int uid() {
        return peer.uid();
    }

    /** Ends the connection, and with it what its process holds. */
    void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        loop.watches().remove(socket);
        // The client learns of it now, though to close what lies in the queue may take its time.
        UnixSocket.shutdown(socket);
        session.end();
        owner.onClosed(this);
        loop.waitingRoom().ask(peer.uid(), this::closeSocket, owner::onGone);
    }

    private ControlConnection closeSocket() {
        Descriptors.close(socket);
        return this;
    }
}
