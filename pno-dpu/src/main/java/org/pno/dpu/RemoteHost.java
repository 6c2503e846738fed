package org.pno.dpu;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.pno.bridge.HostArena;
import org.pno.control.Attachments;
import org.pno.control.OpenName;
import org.pno.control.Placeholder;
import org.pno.control.RelayLink;
import org.pno.link.ArenaDescriptor;
import org.pno.link.ProtocolException;
import org.pno.link.RegionSource;
import org.pno.relay.RelayDecoder;
import org.pno.relay.RelayDescriptor;
import org.pno.relay.SecureChannel;
import org.pno.relay.Thing;
import org.pno.sys.Errno;

/**
 * The machine that {@code pno host} speaks from: its kernel, by way of records. A handle is a number that this gives to
 * each thing that comes, until nobody needs it, when the host hears that it may drop it. The end of the link is the
 * end of all its processes, and of their memory.
 */
final class RemoteHost implements HostKernel, RelayLink.Owner {
    /** Control connections of a host at one time. */
    private static final int MOST_CONNECTIONS = 1 << 16;

    private static final int MOST_ENDPOINTS = 1 << 16;
    private static final int NONE = -1;
    /** Of what the host does not keep; they go down from here. */
    private static final int FIRST_HANDLE = -2;

    /** Who has the hosts. */
    interface Owner {
        /** The host speaks our versions. */
        void onGreeted(RemoteHost host);

        /** The link is over. */
        void onEnded(RemoteHost host, String why);
    }

    /** A thing, and how many need it. */
    private static final class Held {
        final Thing thing;
        int users = 1;

        Held(final Thing thing) {
            this.thing = thing;
        }
    }

    private final ControlContext context;
    private final Owner owner;
    private final String fabric;
    private final HostSide side;
    private final RelayLink link;
    private final Map<Integer, RemoteProcess> processes = new HashMap<>();
    private final Map<Integer, String> endpoints = new HashMap<>();
    private final Map<Integer, Held> things = new HashMap<>();
    private final Map<Long, Runnable> names = new HashMap<>();
    private final Deque<Consumer<Set<Long>>> looks = new ArrayDeque<>();
    private final Deque<RemoteProcess> waitingForRoom = new ArrayDeque<>();
    private final int[] rings = new int[RelayDescriptor.MAX_LIST];
    private final int[] drops = new int[RelayDescriptor.MAX_LIST];
    private int ringCount;
    private int dropCount;
    private int lastHandle = FIRST_HANDLE;
    private boolean isGreeted;

    RemoteHost(
            final ControlContext context,
            final RemoteHosts hosts,
            final SecureChannel channel,
            final RelaySettings settings) {
        this.context = context;
        owner = hosts;
        fabric = settings.fabric();
        link = new RelayLink(hosts.watches(), channel, this);
        side = new HostSide(this, new Identities(context.bridge(), hosts.watches(), this), hosts.newTenants());
    }

    void start() {
        link.start();
    }

    HostSide side() {
        return side;
    }

    /** Sends what was written since the last call: many rings are one record. */
    void flush() {
        if (ringCount > 0) {
            link.send(link.encoder().ring(rings, ringCount));
            ringCount = 0;
        }
        if (dropCount > 0) {
            link.send(link.encoder().drop(drops, dropCount));
            dropCount = 0;
        }
        while (!waitingForRoom.isEmpty() && link.hasRoom()) {
            waitingForRoom.poll().sendText();
        }
        link.flush();
    }

    @Override
    public void onRecord(final RelayDecoder record, final MemorySegment memory) throws ProtocolException {
        if (isGreeted == (record.type() == RelayDescriptor.HELLO)) {
            throw new ProtocolException("HELLO comes first and once; this was a record of type " + record.type());
        }
        final RemoteProcess process = processes.get(record.connection());
        switch (record.type()) {
            case RelayDescriptor.HELLO -> hello(record);
            case RelayDescriptor.ENDPOINT -> endpoint(record);
            case RelayDescriptor.OPEN -> open(record);
            case RelayDescriptor.REQUEST -> request(process, record, memory);
            case RelayDescriptor.UNNAMED -> record.inodes().forEach(this::unnamed);
            case RelayDescriptor.LOOKED -> looked(record);
            case RelayDescriptor.RANG, RelayDescriptor.EXITED, RelayDescriptor.CLOSED -> {
                if (process != null) { // Else we have ended it, and the record was under way.
                    told(process, record);
                }
            }
            default -> throw new ProtocolException("a host does not send records of type " + record.type());
        }
    }

    private void hello(final RelayDecoder record) {
        if (record.helloVersion() != RelayDescriptor.VERSION || record.helloLinkVersion() != ArenaDescriptor.VERSION) {
            final String why = "pno host speaks version " + record.helloVersion() + " of the relay and "
                    + record.helloLinkVersion() + " of the link, this DPU " + RelayDescriptor.VERSION + " and "
                    + ArenaDescriptor.VERSION + ": both must come from the same build";
            link.send(link.encoder().refused(why));
            link.end(why);
            return;
        }
        isGreeted = true;
        link.send(link.encoder().hello(fabric));
        owner.onGreeted(this);
    }

    private void endpoint(final RelayDecoder record) throws ProtocolException {
        if (endpoints.size() >= MOST_ENDPOINTS) {
            throw new ProtocolException("more than " + MOST_ENDPOINTS + " endpoints on the fabric");
        }
        endpoints.put(record.endpointNumber(), HexFormat.of().formatHex(record.endpointName()));
    }

    private void open(final RelayDecoder record) throws ProtocolException {
        if (processes.containsKey(record.connection()) || processes.size() >= MOST_CONNECTIONS) {
            throw new ProtocolException(
                    "connection " + record.connection() + " is opened twice, or one of more than " + MOST_CONNECTIONS);
        }
        final RemoteProcess process = new RemoteProcess(this, record.connection(), record.peer());
        processes.put(record.connection(), process);
        process.session(new ClientSession(context, side, process));
    }

    private void request(final RemoteProcess process, final RelayDecoder record, final MemorySegment memory)
            throws ProtocolException {
        final List<Thing> came = record.things();
        final int[] handles = new int[came.size()];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = hold(came.get(i));
        }
        if (process != null) {
            process.onRequest(handles, memory, record.messageOffset(), record.messageLength());
        }
        for (final int handle : handles) {
            release(handle);
        }
    }

    /** Its own number is the handle of what the host keeps; the others get negative ones, which it never hears of. */
    private int hold(final Thing thing) throws ProtocolException {
        final boolean isKept = thing.number() > 0;
        lastHandle = lastHandle == Integer.MIN_VALUE ? FIRST_HANDLE : lastHandle - 1;
        final int handle = isKept ? thing.number() : lastHandle;
        if (things.putIfAbsent(handle, new Held(thing)) != null) {
            throw new ProtocolException("a thing came twice under the number " + handle);
        }
        return handle;
    }

    private void release(final int handle) {
        final Held held = things.get(handle);
        if (held == null || --held.users > 0) {
            return;
        }
        things.remove(handle);
        if (handle > 0) {
            if (dropCount == drops.length) {
                link.send(link.encoder().drop(drops, dropCount));
                dropCount = 0;
            }
            drops[dropCount++] = handle;
        }
    }

    private void told(final RemoteProcess process, final RelayDecoder record) {
        switch (record.type()) {
            case RelayDescriptor.RANG -> process.onRang();
            case RelayDescriptor.EXITED -> process.onExited();
            default -> {
                processes.remove(record.connection());
                process.onClosed();
            }
        }
    }

    private void unnamed(final long inode) {
        final Runnable onLastClose = names.remove(inode);
        if (onLastClose != null) {
            onLastClose.run();
        }
    }

    private void looked(final RelayDecoder record) throws ProtocolException {
        if (looks.isEmpty()) {
            throw new ProtocolException("LOOKED without LOOK");
        }
        looks.poll().accept(Set.copyOf(record.inodes()));
    }

    void reply(final int connection, final int[] handles, final MemorySegment message, final int length) {
        link.send(link.encoder().reply(connection, handles, message, length));
    }

    boolean hasRoom() {
        return link.hasRoom();
    }

    void awaitRoom(final RemoteProcess process) {
        if (!waitingForRoom.contains(process)) {
            waitingForRoom.add(process);
        }
    }

    void closeConnection(final int connection) {
        processes.remove(connection);
        link.send(link.encoder().closed(connection));
    }

    /** Ends the link. */
    void end(final String why) {
        link.end(why);
    }

    @Override
    public void onEnded(final String why) {
        // Their memory is out of reach at once: nobody must wait for it.
        for (final HostArena arena : context.bridge().arenas()) {
            if (side.tenants().has(arena.tenant())) {
                context.bridge().loseHost(arena);
            }
        }
        List.copyOf(processes.values()).forEach(RemoteProcess::onClosed);
        processes.clear();
        waitingForRoom.clear();
        side.identities().close();
        owner.onEnded(this, why);
    }

    private Thing thing(final int handle, final Thing.Kind kind) {
        final Held held = things.get(handle);
        return held == null || held.thing.kind() != kind ? null : held.thing;
    }

    @Override
    public boolean isOwn() {
        return false;
    }

    @Override
    public long memoryBytes(final int handle) {
        final Held held = things.get(handle);
        if (held == null || held.thing.kind() != Thing.Kind.ARENA && held.thing.kind() != Thing.Kind.FAMILY) {
            throw new IllegalArgumentException("thing " + handle + " is no memory");
        }
        return held.thing.bytes();
    }

    @Override
    public RegionSource region(final int handle, final long bytes) {
        final Thing arena = thing(handle, Thing.Kind.ARENA);
        final String endpoint = arena == null ? null : endpoints.get(arena.endpoint());
        if (endpoint == null) {
            throw new IllegalArgumentException("thing " + handle + " is no memory of a known endpoint");
        }
        return new RegionSource.Remote(endpoint, arena.key(), arena.base(), bytes);
    }

    @Override
    public int ring(final int bell) {
        if (thing(bell, Thing.Kind.BELL) == null) {
            return -Errno.EINVAL;
        }
        if (ringCount == rings.length) {
            link.send(link.encoder().ring(rings, ringCount));
            ringCount = 0;
        }
        rings[ringCount++] = bell;
        return 0;
    }

    @Override
    public long inode(final int handle) {
        final Held held = things.get(handle);
        return held == null || held.thing.kind() != Thing.Kind.NAME && held.thing.kind() != Thing.Kind.PLACEHOLDER
                ? NONE
                : held.thing.inode();
    }

    @Override
    public void ask(final int uid, final int placeholder, final Consumer<Placeholder> onAnswer) {
        final Thing asked = thing(placeholder, Thing.Kind.PLACEHOLDER);
        onAnswer.accept(
                asked == null
                        ? new Placeholder(Errno.EINVAL, "the placeholder is none", 0, 0, 0)
                        : new Placeholder(0, "", asked.first(), asked.second(), (int) asked.third() & 0xFFFF));
    }

    @Override
    public int duplicate(final int uid, final int handle) {
        final Held held = things.get(handle);
        if (held != null) {
            held.users++;
        }
        return handle;
    }

    @Override
    public void close(final int uid, final int handle, final Runnable onClosed) {
        release(handle);
        onClosed.run();
    }

    @Override
    public OpenName openName(final Attachments with, final Runnable onLastClose) {
        final Thing name = with.count() == 1 ? thing(with.handle(0), Thing.Kind.NAME) : null;
        if (name == null || names.putIfAbsent(name.inode(), onLastClose) != null) {
            onLastClose.run();
            return new OpenName(NONE, NONE);
        }
        return new OpenName(NONE, name.inode());
    }

    @Override
    public void passedOn(final int handle) {
        // The host has passed it on, and closes its own.
    }

    @Override
    public boolean hold(final int handle, final long inode) {
        return true; // The host does, since it has shown us the socket.
    }

    @Override
    public void look(final Set<Long> inodes, final Consumer<Set<Long>> onAnswer) {
        final List<Long> asked = new ArrayList<>(inodes);
        // Those that find no place are taken for open, and looked for again.
        final List<Long> first = asked.subList(0, Math.min(asked.size(), RelayDescriptor.MAX_LIST));
        final List<Long> others = asked.subList(first.size(), asked.size());
        looks.add(open -> {
            final List<Long> all = new ArrayList<>(open);
            all.addAll(others);
            onAnswer.accept(Set.copyOf(all));
        });
        link.send(link.encoder().look(first));
    }
}
