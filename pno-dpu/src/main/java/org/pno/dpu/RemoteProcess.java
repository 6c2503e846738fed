package org.pno.dpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.pno.control.Attachments;
import org.pno.control.ControlSession;
import org.pno.control.Replies;
import org.pno.link.DpuAddress;
import org.pno.link.HandshakeDecoder;
import org.pno.link.HandshakeDescriptor;
import org.pno.link.HandshakeEncoder;
import org.pno.link.ProtocolException;
import org.pno.sys.Errno;
import org.pno.sys.PeerCredentials;
import org.pno.sys.SystemCallException;

/**
 * A control connection that ends at {@code pno host}: its requests come as records, its answers go as such. What must
 * be known of the process, {@code pno host} tells.
 */
final class RemoteProcess implements HostProcess, Replies {
    private static final int NONE = -1;
    private static final int[] NOTHING = {};
    private static final int TEXT_PIECE = HandshakeDescriptor.MAX_BYTES - HandshakeDescriptor.TEXT_TEXT_OFFSET;

    private final MemorySegment reply = Arena.ofAuto().allocate(HandshakeDescriptor.MAX_BYTES, Long.BYTES);
    private final HandshakeEncoder encoder = new HandshakeEncoder().wrap(reply, 0);
    private final HandshakeDecoder decoder = new HandshakeDecoder();
    private final RemoteHost host;
    private final int number;
    private final PeerCredentials peer;
    private ControlSession session;
    private Runnable onExit = () -> {};
    private Runnable onRing = () -> {};
    private boolean isAnswerOwed;
    private boolean isEnded;
    /** Text under way, and how much of it is sent; null if there is none. */
    private byte[] text;

    private int textSent;

    RemoteProcess(final RemoteHost host, final int number, final PeerCredentials peer) {
        this.host = host;
        this.number = number;
        this.peer = peer;
    }

    /** Who answers. */
    void session(final ControlSession answering) {
        session = answering;
    }

    /** Things that came with a request, by handles of its host's. */
    private static final class Things implements Attachments {
        private final int[] handles;

        Things(final int[] handles) {
            this.handles = handles;
        }

        @Override
        public int count() {
            return handles.length;
        }

        @Override
        public int handle(final int index) {
            return handles[index];
        }
    }

    /** @param handles of the things that came with it */
    void onRequest(final int[] handles, final MemorySegment memory, final long at, final int length) {
        try {
            if (isAnswerOwed) {
                throw new ProtocolException("a request before the one under way was answered");
            }
            decoder.wrap(memory, at, length);
            isAnswerOwed = true;
            session.onRequest(decoder, new Things(handles), this);
        } catch (final ProtocolException e) {
            cutOff(Errno.EPROTO, e.getMessage());
        } catch (final SystemCallException e) {
            refuse(e.errno(), e.getMessage());
        }
    }

    void onRang() {
        onRing.run();
    }

    void onExited() {
        onExit.run();
    }

    @Override
    public PeerCredentials peer() {
        return peer;
    }

    @Override
    public int visiblePid() {
        return UNKNOWN_PID; // Its number means nothing in our /proc.
    }

    @Override
    public void watch(final Runnable exit) {
        onExit = exit;
    }

    @Override
    public int openBell(final Runnable ring) {
        onRing = ring;
        return NONE; // The host has made it, and passes it on with WELCOME.
    }

    @Override
    public int openSpare(final Attachments with) {
        return NONE; // As above: it opens as any other does.
    }

    /** Ends the connection from our side. */
    @Override
    public void disconnect() {
        if (!isEnded) {
            host.closeConnection(number);
            onClosed();
        }
    }

    /** The connection is over. */
    void onClosed() {
        if (!isEnded) {
            isEnded = true;
            text = null;
            session.end();
        }
    }

    @Override
    public void end() {
        onExit = () -> {};
        onRing = () -> {};
    }

    private void send(final int length, final int... handles) {
        if (!isEnded) {
            isAnswerOwed = false;
            host.reply(number, handles, reply, length);
        }
    }

    @Override
    public void welcome(final long epoch, final List<DpuAddress> addresses, final int bell) {
        send(encoder.welcome(epoch, addresses), NOTHING);
    }

    @Override
    public void ok(final int value) {
        send(encoder.ok(value), NOTHING);
    }

    @Override
    public void capture(final int capacity, final int ring, final int bell) {
        throw new IllegalStateException("a capture's ring cannot be passed to another machine");
    }

    @Override
    public void identity(final int handle) {
        send(encoder.ok(0), NOTHING);
    }

    @Override
    public void joined(final int arena, final int record, final int generation, final int role, final int[] memory) {
        send(encoder.joined(arena, record, generation, role), memory);
    }

    @Override
    public void refuse(final int errno, final String why) {
        send(encoder.error(errno, why), NOTHING);
    }

    @Override
    public void cutOff(final int errno, final String why) {
        send(encoder.error(errno, why), NOTHING);
        disconnect();
    }

    @Override
    public void message(final MemorySegment memory, final long offset, final int length, final int... handles) {
        MemorySegment.copy(memory, offset, reply, 0, length);
        send(length, handles);
    }

    @Override
    public void text(final byte[] whole) {
        text = whole;
        textSent = 0;
        sendText();
    }

    /** Sends as much of the text as there is room for; the last piece is empty. True if that was all. */
    boolean sendText() {
        while (text != null && host.hasRoom()) {
            final int piece = Math.min(TEXT_PIECE, text.length - textSent);
            host.reply(number, NOTHING, reply, encoder.text(text, textSent, piece));
            textSent += piece;
            if (piece == 0) {
                text = null;
                isAnswerOwed = false;
            }
        }
        if (text != null) {
            host.awaitRoom(this);
        }
        return text == null;
    }
}
