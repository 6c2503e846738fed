package org.pno.dpu;

import java.util.ArrayList;
import java.util.List;
import org.pno.bridge.ArenaCompletion;
import org.pno.bridge.Bridge;
import org.pno.bridge.Completion;
import org.pno.bridge.Holder;
import org.pno.bridge.HostArena;
import org.pno.bridge.Tenant;
import org.pno.link.HandshakeDecoder;
import org.pno.link.HandshakeDescriptor;
import org.pno.link.ProtocolException;
import org.pno.link.RegionSource;
import org.pno.link.SealedMemory;
import org.pno.sys.Cpu;
import org.pno.sys.Descriptors;
import org.pno.sys.Epoll;
import org.pno.sys.Errno;
import org.pno.sys.EventFd;
import org.pno.sys.PeerCredentials;
import org.pno.sys.PidFd;
import org.pno.sys.UnixMessage;
import org.pno.sys.UnixSocket;

/**
 * What a client may ask, and what its process has: bells, arenas, channels, holder slots. Watches the process until
 * it is gone; what it held is then released, though its connection may still be open in a child.
 *
 * <p>No call on a descriptor that the host has as well may wait for it: bells are rung through
 * {@link org.pno.sys.EventSignals} and their own never read, memory is asked nothing before it is known to be a memfd,
 * and all else is left to the {@link WaitingRoom}.
 */
final class ClientSession {
    private static final int NONE = -1;
    /** Of who speaks through a connection that we have made ourselves: its end alone tells of his. */
    private static final int UNKNOWN_PID = 0;

    /** A channel of this process, and the bell that wakes who waits on it. */
    private record OpenChannel(HostArena arena, int number, int bell) {}

    private final ControlContext context;
    private final Bridge bridge;
    private final PeerCredentials peer;
    private final int socket;
    private final Tenant tenant;
    private final List<Holder> holders = new ArrayList<>();
    private final List<OpenChannel> channels = new ArrayList<>();
    /** Arenas of which it may take a holder slot. */
    private final List<HostArena> joined = new ArrayList<>();

    private Captures.OpenCapture capture;
    private int kind;
    private int bell = NONE;
    private int pidFd = NONE;
    private boolean hasExited;
    private boolean isEnded;

    ClientSession(final ControlContext context, final PeerCredentials peer, final int socket) {
        this.context = context;
        this.peer = peer;
        this.socket = socket;
        bridge = context.bridge();
        tenant = context.tenants().of(peer.uid());
    }

    /**
     * Answers a request.
     *
     * @param message the descriptors that came with it, which are closed after this
     * @throws ProtocolException if the request cannot be, so that the client is to be cut off
     */
    void onRequest(final HandshakeDecoder request, final UnixMessage message, final Replies replies)
            throws ProtocolException {
        final int type = request.type();
        if ((type == HandshakeDescriptor.HELLO) != (kind == 0)) {
            throw new ProtocolException("HELLO comes first and once; this was a message of type " + type);
        }
        switch (type) {
            case HandshakeDescriptor.HELLO -> hello(request.helloKind(), replies);
            case HandshakeDescriptor.ARENA -> arena(message, replies);
            case HandshakeDescriptor.CHANNEL -> channel(request, descriptor(message), replies);
            case HandshakeDescriptor.HOLDER -> holder(request, replies);
            case HandshakeDescriptor.LISTEN -> listen(request, descriptor(message), replies);
            case HandshakeDescriptor.IDENTITY -> identity(request, replies);
            case HandshakeDescriptor.JOIN -> join(descriptor(message), replies);
            case HandshakeDescriptor.UNLISTEN -> unlisten(request, replies);
            case HandshakeDescriptor.SPARE -> spare(replies);
            case HandshakeDescriptor.CALLS -> calls(request, replies);
            case HandshakeDescriptor.QUERY -> query(request.queryWhat(), replies);
            case HandshakeDescriptor.STOP -> stop(replies);
            case HandshakeDescriptor.CAPTURE -> capture(request, replies);
            default -> throw new ProtocolException("a client does not send messages of type " + type);
        }
    }

    private static int descriptor(final UnixMessage message) throws ProtocolException {
        if (message.descriptorCount() != 1) {
            throw new ProtocolException("a message with " + message.descriptorCount() + " descriptors, must have 1");
        }
        return message.descriptor(0);
    }

    private void hello(final int helloKind, final Replies replies) throws ProtocolException {
        if (helloKind < HandshakeDescriptor.KIND_PROGRAM || helloKind > HandshakeDescriptor.KIND_TOOL) {
            throw new ProtocolException("HELLO of unknown kind " + helloKind);
        }
        kind = helloKind;
        if (kind == HandshakeDescriptor.KIND_TOOL) {
            replies.welcome(NONE);
            return;
        }
        if (peer.pid() != UNKNOWN_PID) {
            pidFd = PidFd.ofPeer(socket);
            context.watches().add(pidFd, Epoll.EPOLLIN, events -> onExit());
        }
        bell = EventFd.create();
        // Edge-triggered, and not drained: the host has it too, and could empty it just before a read, which would
        // wait.
        context.watches().add(bell, Epoll.EPOLLIN | Epoll.EPOLLET, events -> onBell());
        replies.welcome(bell);
    }

    private void onBell() {
        for (int i = 0; i < channels.size(); i++) {
            bridge.onBell(channels.get(i).arena(), channels.get(i).number());
        }
    }

    private void onExit() {
        hasExited = true;
        closePidFd();
        detachChannels();
        holders.forEach(bridge::holderDied);
    }

    private void arena(final UnixMessage message, final Replies replies) throws ProtocolException {
        final int family = message.descriptorCount() == 2 ? message.descriptor(1) : NONE;
        if (family == NONE) {
            descriptor(message);
        }
        final int descriptor = message.descriptor(0);
        if (kind != HandshakeDescriptor.KIND_PROGRAM) {
            replies.refuse(Errno.EPERM, "only a program has an arena; kind " + kind + " said HELLO");
            return;
        }
        final long bytes;
        try {
            bytes = SealedMemory.size(descriptor);
            if (family != NONE && SealedMemory.size(family) > bytes) {
                throw new IllegalArgumentException("its family's memory is larger than the arena");
            }
        } catch (final IllegalArgumentException e) {
            replies.refuse(Errno.EINVAL, "the arena: " + e.getMessage());
            return;
        }
        if (!tenant.takeArena(bytes)) {
            replies.refuse(
                    Errno.ENOMEM,
                    "an arena of " + bytes + " bytes is more than the quota of user " + peer.uid() + " allows: "
                            + tenant.arenaUse());
            return;
        }
        final Newcomer newcomer = new Newcomer(bytes, descriptor, family, replies);
        try {
            bridge.addArena(new RegionSource.Local(descriptor, bytes), tenant, newcomer);
        } catch (final IllegalArgumentException e) {
            newcomer.refused(Errno.EINVAL, e.getMessage());
        }
    }

    /** An arena that is being taken in, with copies of its descriptors for who may join it. */
    private final class Newcomer implements ArenaCompletion {
        private final long bytes;
        private final int memory;
        private final int family;
        private final Replies replies;

        Newcomer(final long bytes, final int memory, final int family, final Replies replies) {
            this.bytes = bytes;
            this.memory = family == NONE ? NONE : Descriptors.duplicate(memory);
            this.family = family == NONE ? NONE : Descriptors.duplicate(family);
            this.replies = replies;
        }

        @Override
        public void accepted(final HostArena arena, final Holder holder) {
            if (family != NONE) {
                context.identities().keep(arena, memory, family);
            }
            holds(holder);
            replies.ok(arena.number());
        }

        @Override
        public void refused(final int errno, final String text) {
            if (family != NONE) {
                context.waitingRoom().close(peer.uid(), memory);
                context.waitingRoom().close(peer.uid(), family);
            }
            tenant.giveArena(bytes);
            replies.refuse(errno, text);
        }
    }

    /** The slot is this process's; if it has gone meanwhile, it is released again. */
    private void holds(final Holder holder) {
        holder.process(peer.pid());
        holders.add(holder);
        if (isEnded) {
            bridge.holderDisconnected(holder);
        } else if (hasExited) {
            bridge.holderDied(holder);
        }
    }

    private HostArena ownArena(final int number) {
        for (final Holder holder : holders) {
            if (holder.arena().number() == number && bridge.arena(number) == holder.arena()) {
                return holder.arena();
            }
        }
        return null;
    }

    private static void notYours(final int arena, final Replies replies) {
        replies.refuse(Errno.EPERM, "arena " + Integer.toUnsignedString(arena) + " was not given to this connection");
    }

    private void channel(final HandshakeDecoder request, final int descriptor, final Replies replies) {
        final HostArena arena = ownArena(request.channelArena());
        final int number = request.channelNumber();
        if (arena == null) {
            notYours(request.channelArena(), replies);
            return;
        }
        // Rung once at once: the kernel says whether it is a bell at all.
        final int rung = context.signals().signal(descriptor);
        if (rung < 0) {
            replies.refuse(-rung, "the bell of channel " + Integer.toUnsignedString(number) + " is no eventfd");
            return;
        }
        final int channelBell = Descriptors.duplicate(descriptor);
        if (!bridge.attachChannel(arena, number, () -> context.signals().signal(channelBell))) {
            context.waitingRoom().close(peer.uid(), channelBell);
            replies.refuse(
                    Errno.EBUSY,
                    "channel " + Integer.toUnsignedString(number) + " of arena " + arena.number()
                            + " does not exist, or a process has it already");
            return;
        }
        channels.add(new OpenChannel(arena, number, channelBell));
        replies.ok(number);
    }

    private void holder(final HandshakeDecoder request, final Replies replies) {
        final HostArena arena = bridge.arena(request.holderArena());
        final boolean mayHold = kind == HandshakeDescriptor.KIND_CHILD || joined.contains(arena);
        if (!mayHold || arena == null || arena.tenant() != tenant) {
            notYours(request.holderArena(), replies);
            return;
        }
        final int slot = request.holderSlot();
        bridge.adoptHolder(arena, slot, (holder, errno) -> {
            if (holder == null) {
                replies.refuse(
                        errno,
                        "holder slot " + Integer.toUnsignedString(slot) + " of arena " + arena.number()
                                + " was not filled for a child by its parent");
            } else {
                holds(holder);
                replies.ok(slot);
            }
        });
    }

    private void listen(final HandshakeDecoder request, final int placeholder, final Replies replies) {
        final int arena = request.listenArena();
        final int record = request.listenRecord();
        final int generation = request.listenGeneration();
        final int backlog = request.listenBacklog();
        if (ownArena(arena) == null) {
            notYours(arena, replies);
            return;
        }
        final int copy = Descriptors.duplicate(placeholder);
        context.waitingRoom().ask(peer.uid(), () -> Placeholder.of(copy), asked -> {
            final HostArena own = isEnded ? null : ownArena(arena);
            final Completion answer = result -> {
                if (result == 0) {
                    context.identities().listening(own, record, generation, copy);
                }
                // Who hears that it listens may close it and bind anew at once: no copy may hold the port then.
                context.waitingRoom().close(peer.uid(), copy, () -> asked.answer(result, replies));
            };
            if (own == null) {
                context.waitingRoom().close(peer.uid(), copy);
                notYours(arena, replies);
            } else if (asked.errno() != 0) {
                context.waitingRoom().close(peer.uid(), copy);
                replies.refuse(asked.errno(), asked.why());
            } else {
                bridge.listen(own, record, asked.listenRequest(generation, backlog, answer));
            }
        });
    }

    private void identity(final HandshakeDecoder request, final Replies replies) {
        final HostArena arena = ownArena(request.socketArena());
        if (arena == null) {
            notYours(request.socketArena(), replies);
        } else {
            context.identities().name(arena, request.socketRecord(), request.socketGeneration(), replies);
        }
    }

    private void join(final int descriptor, final Replies replies) {
        if (kind == HandshakeDescriptor.KIND_TOOL) {
            replies.refuse(Errno.EPERM, "a tool has no sockets");
            return;
        }
        final HostArena arena = context.identities().join(descriptor, tenant, replies);
        if (arena != null && !joined.contains(arena)) {
            joined.removeIf(other -> bridge.arena(other.number()) != other);
            joined.add(arena);
        }
    }

    private void unlisten(final HandshakeDecoder request, final Replies replies) {
        final HostArena arena = ownArena(request.socketArena());
        if (arena == null) {
            notYours(request.socketArena(), replies);
            return;
        }
        context.identities().unlisten(arena, request.socketRecord(), request.socketGeneration());
        replies.ok(0);
    }

    /** One more connection of this user, for a process that cannot find the socket's path. */
    private void spare(final Replies replies) {
        if (kind == HandshakeDescriptor.KIND_TOOL) {
            replies.refuse(Errno.EPERM, "a tool has no children");
            return;
        }
        final int[] pair = UnixSocket.pair(UnixSocket.SEQPACKET);
        Descriptors.nonBlocking(pair[0], true);
        context.spares().add(pair[0], new PeerCredentials(UNKNOWN_PID, peer.uid(), peer.gid()));
        replies.identity(pair[1]);
        Descriptors.close(pair[1]);
    }

    private void calls(final HandshakeDecoder request, final Replies replies) throws ProtocolException {
        if (kind == HandshakeDescriptor.KIND_TOOL) {
            replies.refuse(Errno.EPERM, "a tool has no calls");
            return;
        }
        context.views().calls().report(this, peer.uid(), peer.pid(), request.calls());
        replies.ok(0);
    }

    private void query(final int what, final Replies replies) throws ProtocolException {
        final int viewer = peer.uid();
        switch (what) {
            case HandshakeDescriptor.QUERY_CONNECTIONS ->
                replies.text(context.views().connections(viewer));
            case HandshakeDescriptor.QUERY_COUNTERS ->
                replies.text(context.views().counters());
            case HandshakeDescriptor.QUERY_CALLS ->
                replies.text(context.views().calls().json(viewer));
            default -> throw new ProtocolException("QUERY for unknown " + Integer.toUnsignedString(what));
        }
    }

    private void stop(final Replies replies) {
        if (peer.uid() != 0 && peer.uid() != Cpu.effectiveUserId()) {
            replies.refuse(
                    Errno.EPERM, "user " + peer.uid() + " may not stop the DPU of user " + Cpu.effectiveUserId());
            return;
        }
        replies.ok(0);
        context.stop().run();
    }

    private void capture(final HandshakeDecoder request, final Replies replies) {
        if (kind != HandshakeDescriptor.KIND_TOOL || capture != null) {
            replies.refuse(Errno.EPERM, "a tool captures, once for each connection; kind " + kind + " said HELLO");
            return;
        }
        capture = context.captures().open(peer.uid(), request.captureRequest(), replies);
    }

    /** True if the process holds this arena. */
    boolean holdsArena(final HostArena arena) {
        return holders.stream().anyMatch(holder -> holder.arena() == arena);
    }

    private void detachChannels() {
        for (final OpenChannel channel : channels) {
            bridge.detachChannel(channel.arena(), channel.number());
            context.waitingRoom().close(peer.uid(), channel.bell());
        }
        channels.clear();
    }

    private void closePidFd() {
        if (pidFd != NONE) {
            context.watches().remove(pidFd);
            Descriptors.close(pidFd);
            pidFd = NONE;
        }
    }

    private void closeBell() {
        if (bell != NONE) {
            context.watches().remove(bell);
            context.waitingRoom().close(peer.uid(), bell);
            bell = NONE;
        }
    }

    /** The connection has ended in every process that had it. */
    void end() {
        isEnded = true;
        context.views().calls().end(this);
        if (capture != null) {
            context.captures().close(capture);
            capture = null;
        }
        closePidFd();
        closeBell();
        detachChannels();
        holders.forEach(bridge::holderDisconnected);
    }
}
