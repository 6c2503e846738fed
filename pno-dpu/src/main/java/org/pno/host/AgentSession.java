package org.pno.host;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.pno.control.Attachments;
import org.pno.control.ControlSession;
import org.pno.control.KernelSockets;
import org.pno.control.OpenName;
import org.pno.control.Placeholder;
import org.pno.control.Replies;
import org.pno.link.HandshakeDecoder;
import org.pno.link.HandshakeDescriptor;
import org.pno.link.ProtocolException;
import org.pno.link.SealedMemory;
import org.pno.relay.RelayDecoder;
import org.pno.relay.Thing;
import org.pno.sys.Descriptors;
import org.pno.sys.Epoll;
import org.pno.sys.Errno;
import org.pno.sys.EventFd;
import org.pno.sys.PeerCredentials;
import org.pno.sys.PidFd;
import org.pno.sys.UnixSocket;

/**
 * A program's control connection at {@code pno host}: passes its requests on with what the kernel says of their
 * descriptors, and the answers back with the descriptors that the program is to have. What cannot be is refused here;
 * what may be, the DPU decides.
 */
final class AgentSession implements ControlSession {
    private static final int NONE = -1;
    /** Of who speaks through a connection that was made for him. */
    private static final int UNKNOWN_PID = 0;
    /** No answer to a QUERY is as long. */
    private static final int MOST_TEXT_BYTES = 64 << 20;

    private final HostAgent agent;
    private final int number;
    private final PeerCredentials peer;
    private final int socket;
    private final Runnable disconnect;
    private final HandshakeDecoder reply = new HandshakeDecoder();
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private Replies replies;
    private int kind;
    private int bell = NONE;
    private int pidFd = NONE;
    /** What was made here for the program, to go with the answer; NONE if nothing was. */
    private int prepared = NONE;

    private boolean isEnded;

    AgentSession(
            final HostAgent agent,
            final int number,
            final PeerCredentials peer,
            final int socket,
            final Runnable disconnect) {
        this.agent = agent;
        this.number = number;
        this.peer = peer;
        this.socket = socket;
        this.disconnect = disconnect;
    }

    @Override
    public void onRequest(final HandshakeDecoder request, final Attachments with, final Replies answers)
            throws ProtocolException {
        replies = answers;
        switch (request.type()) {
            case HandshakeDescriptor.HELLO -> {
                kind = request.helloKind();
                forward(request, List.of());
            }
            case HandshakeDescriptor.ARENA -> arena(request, with);
            case HandshakeDescriptor.CHANNEL -> channel(request, theOne(with));
            case HandshakeDescriptor.LISTEN -> listen(request, theOne(with));
            case HandshakeDescriptor.IDENTITY -> identity(request);
            case HandshakeDescriptor.JOIN -> forward(request, List.of(Thing.name(KernelSockets.inode(theOne(with)))));
            case HandshakeDescriptor.SPARE -> spare(request);
            default -> forward(request, List.of());
        }
    }

    private static int theOne(final Attachments with) throws ProtocolException {
        if (with.count() != 1) {
            throw new ProtocolException("a message with " + with.count() + " descriptors, must have 1");
        }
        return with.handle(0);
    }

    private void forward(final HandshakeDecoder request, final List<Thing> things) {
        forward(request.message(), things);
    }

    private void forward(final byte[] message, final List<Thing> things) {
        agent.request(number, things, MemorySegment.ofArray(message), message.length);
    }

    private void arena(final HandshakeDecoder request, final Attachments with) throws ProtocolException {
        final int memory = with.count() == 2 ? with.handle(0) : theOne(with);
        final int family = with.count() == 2 ? with.handle(1) : NONE;
        try {
            final long bytes = SealedMemory.size(memory);
            final long familyBytes = family == NONE ? 0 : SealedMemory.size(family);
            final Thing arena = agent.things().arena(peer.uid(), memory, bytes);
            forward(
                    request,
                    family == NONE
                            ? List.of(arena)
                            : List.of(arena, agent.things().family(peer.uid(), family, familyBytes)));
        } catch (final RuntimeException e) {
            replies.refuse(Errno.EINVAL, "the arena: " + e.getMessage());
        }
    }

    private void channel(final HandshakeDecoder request, final int channelBell) {
        // Rung once at once: the kernel says whether it is a bell at all.
        final int rung = agent.ring(channelBell);
        if (rung < 0) {
            replies.refuse(
                    -rung,
                    "the bell of channel " + Integer.toUnsignedString(request.channelNumber()) + " is no eventfd");
        } else {
            forward(request, List.of(agent.things().bell(peer.uid(), channelBell)));
        }
    }

    private void listen(final HandshakeDecoder request, final int placeholder) {
        final byte[] message = request.message();
        final int copy = Descriptors.duplicate(placeholder);
        agent.loop().waitingRoom().ask(peer.uid(), () -> Placeholder.of(copy), asked -> {
            final long inode = KernelSockets.inode(copy);
            final boolean isHeld =
                    asked.errno() == 0 && inode >= 0 && agent.sockets().hold(copy, inode);
            // Before the answer: who hears that it listens may close it and bind anew at once.
            agent.loop().waitingRoom().close(peer.uid(), copy, () -> onListen(message, asked, isHeld ? inode : NONE));
        });
    }

    private void onListen(final byte[] message, final Placeholder asked, final long inode) {
        if (isEnded) {
            return;
        }
        if (asked.errno() != 0) {
            replies.refuse(asked.errno(), asked.why());
        } else {
            forward(message, List.of(Thing.placeholder(asked.addressHi(), asked.addressLo(), asked.port(), inode)));
        }
    }

    private void identity(final HandshakeDecoder request) {
        final long[] inode = {NONE};
        final OpenName name = agent.names().open(() -> agent.unnamed(inode[0]));
        inode[0] = name.inode();
        prepared = name.handle();
        forward(request, List.of(Thing.name(name.inode())));
    }

    /** One more connection of this user, for a process that cannot find the socket's path. */
    private void spare(final HandshakeDecoder request) {
        final int[] pair = UnixSocket.pair(UnixSocket.SEQPACKET);
        Descriptors.nonBlocking(pair[0], true);
        agent.add(pair[0], new PeerCredentials(UNKNOWN_PID, peer.uid(), peer.gid()));
        prepared = pair[1];
        forward(request, List.of());
    }

    /** An answer has come. */
    void onReply(final RelayDecoder record, final MemorySegment memory) throws ProtocolException {
        final int length = record.messageLength();
        reply.wrap(memory, record.messageOffset(), length);
        if (replies == null) {
            throw new ProtocolException("an answer to nothing, on connection " + number);
        }
        switch (reply.type()) {
            case HandshakeDescriptor.TEXT -> text(reply.textBytes());
            case HandshakeDescriptor.WELCOME -> pass(record, memory, welcome());
            case HandshakeDescriptor.OK -> pass(record, memory, prepared == NONE ? new int[0] : new int[] {prepared});
            case HandshakeDescriptor.JOINED -> pass(record, memory, things(record.replyThings()));
            default -> pass(record, memory, new int[0]);
        }
    }

    private void pass(final RelayDecoder record, final MemorySegment memory, final int[] descriptors) {
        replies.message(memory, record.messageOffset(), record.messageLength(), descriptors);
        closePrepared();
    }

    private void closePrepared() {
        if (prepared != NONE) {
            Descriptors.close(prepared);
            prepared = NONE;
        }
    }

    private int[] things(final int[] numbers) throws ProtocolException {
        final int[] descriptors = new int[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            descriptors[i] = agent.things().descriptor(numbers[i]);
            if (descriptors[i] < 0) {
                throw new ProtocolException("an answer with thing " + numbers[i] + ", there is none");
            }
        }
        return descriptors;
    }

    private void text(final byte[] piece) throws ProtocolException {
        if (piece.length == 0) {
            replies.text(text.toByteArray());
            text.reset();
        } else if (text.size() + piece.length > MOST_TEXT_BYTES) {
            throw new ProtocolException("an answer of more than " + MOST_TEXT_BYTES + " bytes");
        } else {
            text.writeBytes(piece);
        }
    }

    /** The program's process is watched from now on; the bell that goes with the answer. */
    private int[] welcome() {
        if (kind == HandshakeDescriptor.KIND_TOOL || bell != NONE) {
            return new int[0];
        }
        if (peer.pid() != UNKNOWN_PID) {
            pidFd = PidFd.ofPeer(socket);
            agent.loop().watches().add(pidFd, Epoll.EPOLLIN, events -> {
                closePidFd();
                agent.exited(number);
            });
        }
        bell = EventFd.create();
        // Edge-triggered, and not drained: the program has it too, and could empty it just before a read.
        agent.loop().watches().add(bell, Epoll.EPOLLIN | Epoll.EPOLLET, events -> agent.rang(number));
        return new int[] {bell};
    }

    private void closePidFd() {
        if (pidFd != NONE) {
            agent.loop().watches().remove(pidFd);
            Descriptors.close(pidFd);
            pidFd = NONE;
        }
    }

    /** Ends the connection, because the DPU says so. */
    void disconnect() {
        disconnect.run();
    }

    @Override
    public void end() {
        isEnded = true;
        closePidFd();
        closePrepared();
        if (bell != NONE) {
            agent.loop().watches().remove(bell);
            agent.loop().waitingRoom().close(peer.uid(), bell);
            bell = NONE;
        }
        agent.closed(number);
    }
}
