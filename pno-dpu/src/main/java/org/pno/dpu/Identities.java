package org.pno.dpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pno.bridge.Bridge;
import org.pno.bridge.HostArena;
import org.pno.bridge.Tenant;
import org.pno.link.HandshakeDescriptor;
import org.pno.sys.Descriptors;
import org.pno.sys.Epoll;
import org.pno.sys.Errno;
import org.pno.sys.SystemCallException;
import org.pno.sys.TimerFd;
import org.pno.sys.UnixSocket;

/**
 * What names sockets outside their arena, so that they may go from process to process as descriptors do. A connection
 * is named by one end of a pair of UNIX sockets of which the other end stays here and tells when the last copy is
 * closed, wherever that was; a listener by its own kernel socket, which is looked for in an epoll set that holds it
 * without keeping it open. Each is known by its inode, which is one socket's alone as long as that is open.
 *
 * <p>Keeps the descriptors of arenas, to give them to who shows such a name and is of the same user. The loop's thread.
 */
final class Identities implements AutoCloseable {
    /** Names of connections that one user may have in circulation; each is a descriptor of the DPU's. */
    static final int MOST_OF_A_USER = 4_096;

    private static final long FIRST_LOOK_NS = 2_000_000L;
    private static final long LONGEST_NS = 1_000_000_000L;
    private static final String SOCKET_LINK = "socket:[";
    private static final String DATA_FIELD = "data:";
    private static final int HEXADECIMAL = 16;

    /** The socket that is named. */
    private record Name(HostArena arena, int record, int generation, int role) {}

    /** What a process needs that joins. */
    private record Memory(int arena, int family) {}

    private final Bridge bridge;
    private final Watches watches;
    private final WaitingRoom waitingRoom;
    private final Map<HostArena, Memory> memories = new HashMap<>();
    private final Map<Long, Name> byInode = new HashMap<>();
    private final Map<Name, Long> listeners = new HashMap<>();
    private final Map<Integer, Integer> countByUid = new HashMap<>();
    /** Never waited for. A socket leaves it when its last descriptor is closed. */
    private final Epoll kernelSockets = new Epoll(1);
    /** Listeners that no process of theirs holds, whose kernel sockets were open when last looked for. */
    private final Set<Long> unheld = new HashSet<>();
    /** Of those, which the bridge is asked about anew: somebody may have come to hold them. */
    private final Set<Long> asked = new HashSet<>();

    private final int timer = TimerFd.create();
    private long nextLookNs = FIRST_LOOK_NS;

    Identities(final Bridge bridge, final Watches watches, final WaitingRoom waitingRoom) {
        this.bridge = bridge;
        this.watches = watches;
        this.waitingRoom = waitingRoom;
        watches.add(timer, Epoll.EPOLLIN, events -> look());
    }

    /** Keeps copies of what a process needs to join; it was checked to be sealed memory. */
    void keep(final HostArena arena, final int arenaDescriptor, final int familyDescriptor) {
        memories.put(arena, new Memory(arenaDescriptor, familyDescriptor));
    }

    /** Answers IDENTITY. */
    void name(final HostArena arena, final int record, final int generation, final Replies replies) {
        final int uid = arena.tenant().uid();
        if (countByUid.getOrDefault(uid, 0) >= MOST_OF_A_USER) {
            replies.refuse(Errno.EMFILE, MOST_OF_A_USER + " connections of user " + uid + " have names already");
            return;
        }
        final int[] pair = UnixSocket.pair(UnixSocket.SEQPACKET | UnixSocket.NONBLOCK);
        UnixSocket.shutdownReading(pair[0]);
        final long inode = inode(pair[1]);
        if (inode < 0 || !bridge.anchor(arena, record, generation)) {
            Descriptors.close(pair[0]);
            Descriptors.close(pair[1]);
            replies.refuse(Errno.EAGAIN, "record " + Integer.toUnsignedString(record) + " is no connection now");
            return;
        }
        byInode.put(inode, new Name(arena, record, generation, HandshakeDescriptor.ROLE_CONNECTION));
        countByUid.merge(uid, 1, Integer::sum);
        // Nothing but its hang-up is waited for: that is the last copy's end.
        watches.add(pair[0], 0, events -> onLastClose(pair[0], inode, uid));
        replies.identity(pair[1]);
        Descriptors.close(pair[1]);
    }

    private void onLastClose(final int end, final long inode, final int uid) {
        watches.remove(end);
        Descriptors.close(end);
        countByUid.computeIfPresent(uid, (user, count) -> count == 1 ? null : count - 1);
        forget(inode);
    }

    private void forget(final long inode) {
        final Name name = byInode.remove(inode);
        if (name != null) {
            listeners.remove(name);
            unheld.remove(inode);
            asked.remove(inode);
            bridge.unanchor(name.arena(), name.record(), name.generation());
        }
    }

    /**
     * A listener has begun; it lives as long as any copy of its kernel socket.
     *
     * @param placeholder a descriptor of it, known to be a TCP socket; stays the caller's
     */
    void listening(final HostArena arena, final int record, final int generation, final int placeholder) {
        final Name name = new Name(arena, record, generation, HandshakeDescriptor.ROLE_LISTENER);
        final long inode = inode(placeholder);
        if (inode < 0 || listeners.containsKey(name) || !bridge.anchor(arena, record, generation)) {
            return;
        }
        try {
            kernelSockets.add(placeholder, 0, inode);
        } catch (final SystemCallException e) {
            if (e.errno() != Errno.EEXIST) { // It listens anew, and stands there already.
                bridge.unanchor(arena, record, generation);
                return;
            }
        }
        byInode.put(inode, name);
        listeners.put(name, inode);
    }

    /** The host has shut the listener down, its kernel socket may live on. */
    void unlisten(final HostArena arena, final int record, final int generation) {
        final Long inode = listeners.get(new Name(arena, record, generation, HandshakeDescriptor.ROLE_LISTENER));
        if (inode != null) {
            forget(inode);
        }
    }

    /** No process holds the socket; if it is a listener, its kernel socket is looked for, now and then until it is. */
    void onOnlyAnchored(final HostArena arena, final int record, final int generation) {
        final Long inode = listeners.get(new Name(arena, record, generation, HandshakeDescriptor.ROLE_LISTENER));
        if (inode != null) {
            unheld.add(inode);
            if (!asked.remove(inode)) {
                nextLookNs = FIRST_LOOK_NS;
            }
            TimerFd.arm(timer, nextLookNs);
        }
    }

    private void look() {
        final Set<Long> open = openKernelSockets();
        TimerFd.arm(timer, 0);
        nextLookNs = Math.min(2 * nextLookNs, LONGEST_NS);
        for (final Long inode : List.copyOf(unheld)) {
            final Name name = byInode.get(inode);
            unheld.remove(inode);
            if (name == null || !open.contains(inode)) {
                forget(inode);
            } else {
                asked.add(inode);
                bridge.check(name.arena(), name.record(), name.generation());
            }
        }
    }

    /** Inodes of the sockets in the epoll set, as the kernel tells them. */
    private Set<Long> openKernelSockets() {
        final Set<Long> open = new HashSet<>();
        try {
            final List<String> members = Files.readAllLines(Path.of("/proc/self/fdinfo/" + kernelSockets.descriptor()));
            for (final String member : members) {
                final int at = member.indexOf(DATA_FIELD);
                if (at >= 0) {
                    final String data =
                            member.substring(at + DATA_FIELD.length()).strip();
                    open.add(Long.parseLong(data, 0, data.indexOf(' '), HEXADECIMAL));
                }
            }
        } catch (final IOException e) {
            return Set.of(); // No /proc: then only processes that speak to us hold listeners.
        }
        return open;
    }

    /**
     * Answers JOIN.
     *
     * @param descriptor what is shown; nothing is asked of it itself, which could hang
     * @return the arena that the process may now take a holder slot of, or null
     */
    HostArena join(final int descriptor, final Tenant tenant, final Replies replies) {
        final long inode = inode(descriptor);
        final Name name = byInode.get(inode);
        if (name == null || !bridge.isSocket(name.arena(), name.record(), name.generation())) {
            replies.refuse(Errno.ENOENT, "the descriptor names no socket of this DPU");
            return null;
        }
        if (name.arena().tenant() != tenant) {
            replies.refuse(
                    Errno.EPERM,
                    "the socket is of user " + name.arena().tenant().uid() + ": user " + tenant.uid()
                            + " may not share his memory");
            return null;
        }
        final Memory memory = memories.get(name.arena());
        if (memory == null) {
            replies.refuse(Errno.EOPNOTSUPP, "arena " + name.arena().number() + " came without its family's memory");
            return null;
        }
        asked.remove(inode);
        replies.joined(name.arena().number(), name.record(), name.generation(), name.role(), new int[] {
            memory.arena(), memory.family()
        });
        return name.arena();
    }

    /** The inode of a socket, or -1 if it is none. */
    private static long inode(final int descriptor) {
        try {
            final String link = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return link.startsWith(SOCKET_LINK)
                    ? Long.parseLong(link, SOCKET_LINK.length(), link.length() - 1, 10)
                    : -1;
        } catch (final IOException e) {
            return -1;
        }
    }

    /** The arena is over. What still names its sockets names nothing. */
    void onArenaEnded(final HostArena arena) {
        final Memory memory = memories.remove(arena);
        if (memory != null) {
            waitingRoom.close(arena.tenant().uid(), memory.arena());
            waitingRoom.close(arena.tenant().uid(), memory.family());
        }
        listeners.keySet().removeIf(name -> name.arena() == arena);
        byInode.values().removeIf(name -> name.arena() == arena);
    }

    @Override
    public void close() {
        kernelSockets.close();
        Descriptors.close(timer);
    }
}
