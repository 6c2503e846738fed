package org.pno.dpu;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.pno.bridge.ArenaCompletion;
import org.pno.bridge.Bridge;
import org.pno.bridge.Completion;
import org.pno.bridge.Holder;
import org.pno.bridge.HostArena;
import org.pno.bridge.ListenRequest;
import org.pno.bridge.Tenant;
import org.pno.control.Attachments;
import org.pno.control.ControlSession;
import org.pno.control.Placeholder;
import org.pno.control.Replies;
import org.pno.link.HandshakeDecoder;
import org.pno.link.HandshakeDescriptor;
import org.pno.link.ProtocolException;
import org.pno.sys.Cpu;
import org.pno.sys.Errno;
import org.pno.sys.PeerCredentials;

/**
 * What a client may ask, and what its process has: bells, arenas, channels, holder slots. Watches the process until
 * it is gone; what it held is then released, though its connection may still be open in a child. On whose kernel the
 * process is, {@link HostProcess} and {@link HostKernel} know.
 */
final class ClientSession implements ControlSession {
    private static final int NONE = -1;
    /** A channel of this process, and the bell that wakes who waits on it. */
    private record OpenChannel(HostArena arena, int number, int bell) {}

    private final ControlContext context;
    private final Bridge bridge;
    private final HostSide host;
    private final HostKernel kernel;
    private final HostProcess process;
    private final PeerCredentials peer;
    private final Tenant tenant;
    private final List<Holder> holders = new ArrayList<>();
    private final List<OpenChannel> channels = new ArrayList<>();
    /** Arenas of which it may take a holder slot. */
    private final List<HostArena> joined = new ArrayList<>();

    private Captures.OpenCapture capture;
    private int kind;
    private boolean hasExited;
    private boolean isEnded;

    ClientSession(final ControlContext context, final HostSide host, final HostProcess process) {
        this.context = context;
        this.host = host;
        this.process = process;
        kernel = host.kernel();
        bridge = context.bridge();
        peer = process.peer();
        tenant = host.tenants().of(peer.uid());
        context.sessions().add(this);
    }

    @Override
    public void onRequest(final HandshakeDecoder request, final Attachments with, final Replies replies)
            throws ProtocolException {
        final int type = request.type();
        if ((type == HandshakeDescriptor.HELLO) != (kind == 0)) {
            throw new ProtocolException("HELLO comes first and once; this was a message of type " + type);
        }
        switch (type) {
            case HandshakeDescriptor.HELLO -> hello(request.helloKind(), replies);
            case HandshakeDescriptor.ARENA -> arena(with, replies);
            case HandshakeDescriptor.CHANNEL -> channel(request, theOne(with), replies);
            case HandshakeDescriptor.HOLDER -> holder(request, replies);
            case HandshakeDescriptor.LISTEN -> listen(request, theOne(with), replies);
            case HandshakeDescriptor.IDENTITY -> identity(request, with, replies);
            case HandshakeDescriptor.JOIN -> join(theOne(with), replies);
            case HandshakeDescriptor.UNLISTEN -> unlisten(request, replies);
            case HandshakeDescriptor.SPARE -> spare(with, replies);
            case HandshakeDescriptor.CALLS -> calls(request, replies);
            case HandshakeDescriptor.QUERY -> query(request.queryWhat(), replies);
            case HandshakeDescriptor.STOP -> stop(replies);
            case HandshakeDescriptor.CAPTURE -> capture(request, replies);
            default -> throw new ProtocolException("a client does not send messages of type " + type);
        }
    }

    private static int theOne(final Attachments with) throws ProtocolException {
        if (with.count() != 1) {
            throw new ProtocolException("a message with " + with.count() + " descriptors, must have 1");
        }
        return with.handle(0);
    }

    private void hello(final int helloKind, final Replies replies) throws ProtocolException {
        if (helloKind < HandshakeDescriptor.KIND_PROGRAM || helloKind > HandshakeDescriptor.KIND_TOOL) {
            throw new ProtocolException("HELLO of unknown kind " + helloKind);
        }
        kind = helloKind;
        if (kind == HandshakeDescriptor.KIND_TOOL) {
            replies.welcome(context.epoch(), context.addresses(), NONE);
            return;
        }
        process.watch(this::onExit);
        replies.welcome(context.epoch(), context.addresses(), process.openBell(this::onBell));
    }

    private void onBell() {
        for (int i = 0; i < channels.size(); i++) {
            bridge.onBell(channels.get(i).arena(), channels.get(i).number());
        }
    }

    private void onExit() {
        hasExited = true;
        detachChannels();
        holders.forEach(bridge::holderDied);
    }

    private void arena(final Attachments with, final Replies replies) throws ProtocolException {
        final int family = with.count() == 2 ? with.handle(1) : NONE;
        final int memory = family == NONE ? theOne(with) : with.handle(0);
        if (kind != HandshakeDescriptor.KIND_PROGRAM) {
            replies.refuse(Errno.EPERM, "only a program has an arena; kind " + kind + " said HELLO");
            return;
        }
        final long bytes;
        try {
            bytes = kernel.memoryBytes(memory);
            if (family != NONE && kernel.memoryBytes(family) > bytes) {
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
        final Newcomer newcomer = new Newcomer(bytes, memory, family, replies);
        try {
            bridge.addArena(kernel.region(memory, bytes), tenant, newcomer);
        } catch (final IllegalArgumentException e) {
            newcomer.refused(Errno.EINVAL, e.getMessage());
        }
    }

    /** An arena that is being taken in, with handles of its memory: for who may join it, and so that it stays. */
    private final class Newcomer implements ArenaCompletion {
        private final long bytes;
        private final int memory;
        private final int family;
        private final Replies replies;

        Newcomer(final long bytes, final int memory, final int family, final Replies replies) {
            this.bytes = bytes;
            this.memory = kernel.duplicate(peer.uid(), memory);
            this.family = family == NONE ? NONE : kernel.duplicate(peer.uid(), family);
            this.replies = replies;
        }

        @Override
        public void accepted(final HostArena arena, final Holder holder) {
            host.identities().keep(arena, memory, family);
            holds(holder);
            replies.ok(arena.number());
        }

        @Override
        public void refused(final int errno, final String text) {
            kernel.close(peer.uid(), memory);
            if (family != NONE) {
                kernel.close(peer.uid(), family);
            }
            tenant.giveArena(bytes);
            replies.refuse(errno, text);
        }
    }

    /** The slot is this process's; if it has gone meanwhile, it is released again. */
    private void holds(final Holder holder) {
        holder.process(process.visiblePid());
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
        final int rung = kernel.ring(descriptor);
        if (rung < 0) {
            replies.refuse(-rung, "the bell of channel " + Integer.toUnsignedString(number) + " is no eventfd");
            return;
        }
        final int channelBell = kernel.duplicate(peer.uid(), descriptor);
        if (!bridge.attachChannel(arena, number, () -> kernel.ring(channelBell))) {
            kernel.close(peer.uid(), channelBell);
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
                                + (errno == Errno.EBUSY ? " is a living process's" : " was not filled by its parent"));
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
        final int copy = kernel.duplicate(peer.uid(), placeholder);
        kernel.ask(peer.uid(), copy, asked -> {
            final HostArena own = isEnded ? null : ownArena(arena);
            if (own == null) {
                kernel.close(peer.uid(), copy);
                notYours(arena, replies);
            } else if (asked.errno() != 0) {
                kernel.close(peer.uid(), copy);
                replies.refuse(asked.errno(), asked.why());
            } else {
                bridge.listen(own, record, listenRequest(asked, generation, backlog, result -> {
                    if (result == 0) {
                        host.identities().listening(own, record, generation, copy);
                    }
                    // Who hears that it listens may close it and bind anew at once: no copy may hold the port then.
                    kernel.close(peer.uid(), copy, () -> answerListen(asked.port(), result, replies));
                }));
            }
        });
    }

    private static ListenRequest listenRequest(
            final Placeholder asked, final int generation, final int backlog, final Completion completion) {
        return new ListenRequest(generation, asked.addressHi(), asked.addressLo(), asked.port(), backlog, completion);
    }

    private static void answerListen(final int port, final int result, final Replies replies) {
        if (result < 0) {
            replies.refuse(-result, "cannot listen on port " + port + ": " + Errno.describe(-result));
        } else {
            replies.ok(0);
        }
    }

    private void identity(final HandshakeDecoder request, final Attachments with, final Replies replies) {
        final HostArena arena = ownArena(request.socketArena());
        if (arena == null) {
            notYours(request.socketArena(), replies);
        } else {
            host.identities().name(arena, request.socketRecord(), request.socketGeneration(), with, replies);
        }
    }

    private void join(final int descriptor, final Replies replies) {
        if (kind == HandshakeDescriptor.KIND_TOOL) {
            replies.refuse(Errno.EPERM, "a tool has no sockets");
            return;
        }
        final HostArena arena = host.identities().join(descriptor, tenant, replies);
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
        host.identities().unlisten(arena, request.socketRecord(), request.socketGeneration());
        replies.ok(0);
    }

    /** One more connection of this user, for a process that cannot find the socket's path. */
    private void spare(final Attachments with, final Replies replies) {
        if (kind == HandshakeDescriptor.KIND_TOOL) {
            replies.refuse(Errno.EPERM, "a tool has no children");
            return;
        }
        final int spare = process.openSpare(with);
        replies.identity(spare);
        kernel.passedOn(spare);
    }

    private void calls(final HandshakeDecoder request, final Replies replies) throws ProtocolException {
        if (kind == HandshakeDescriptor.KIND_TOOL) {
            replies.refuse(Errno.EPERM, "a tool has no calls");
            return;
        }
        context.views().calls().report(this, peer.uid(), process.visiblePid(), request.calls());
        replies.ok(0);
    }

    private void query(final int what, final Replies replies) throws ProtocolException {
        final int viewer = peer.uid();
        switch (what) {
            case HandshakeDescriptor.QUERY_CONNECTIONS -> text(context.views().connections(viewer), replies);
            case HandshakeDescriptor.QUERY_COUNTERS -> text(context.views().counters(), replies);
            case HandshakeDescriptor.QUERY_CALLS -> text(context.views().calls().json(viewer), replies);
            default -> throw new ProtocolException("QUERY for unknown " + Integer.toUnsignedString(what));
        }
    }

    private static void text(final String whole, final Replies replies) {
        replies.text(whole.getBytes(StandardCharsets.UTF_8));
    }

    private void stop(final Replies replies) {
        if (!kernel.isOwn()) {
            replies.refuse(Errno.EPERM, "a DPU is stopped on its own side, not from a host");
            return;
        }
        if (peer.uid() != 0 && peer.uid() != Cpu.effectiveUserId()) {
            replies.refuse(
                    Errno.EPERM, "user " + peer.uid() + " may not stop the DPU of user " + Cpu.effectiveUserId());
            return;
        }
        replies.ok(0);
        context.stop().run();
    }

    private void capture(final HandshakeDecoder request, final Replies replies) {
        if (!kernel.isOwn()) {
            replies.refuse(Errno.EOPNOTSUPP, "frames are captured on the DPU's own side, not from a host");
            return;
        }
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
            kernel.close(peer.uid(), channel.bell());
        }
        channels.clear();
    }

    /** Ends the connection. */
    void disconnect() {
        process.disconnect();
    }

    @Override
    public void end() {
        isEnded = true;
        context.views().calls().end(this);
        if (capture != null) {
            context.captures().close(capture);
            capture = null;
        }
        context.sessions().remove(this);
        process.end();
        detachChannels();
        holders.forEach(bridge::holderDisconnected);
    }
}
