package org.pno.dpu;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.pno.bridge.Bridge;
import org.pno.bridge.HostArena;
import org.pno.bridge.Tenant;
import org.pno.control.Attachments;
import org.pno.control.OpenName;
import org.pno.control.Replies;
import org.pno.control.Watches;
import org.pno.link.HandshakeDescriptor;
import org.pno.sys.Descriptors;
import org.pno.sys.Epoll;
import org.pno.sys.Errno;
import org.pno.sys.TimerFd;

/**
 * What names sockets outside their arena, so that they may go from process to process as descriptors do. A connection
 * is named by an {@link OpenName}, which tells when its last copy is closed, wherever that was; a listener by its own
 * kernel socket, which is looked for without being kept open. Each is known by its inode, which is one socket's alone
 * as long as that is open.
 *
 * <p>Keeps the memory of arenas, to give them to who shows such a name and is of the same user. The loop's thread.
 */
final class Identities implements AutoCloseable {
    /** Names of connections that one user may have in circulation; each is a descriptor of the DPU's. */
    static final int MOST_OF_A_USER = 4_096;

    private static final int NONE = -1;
    private static final long FIRST_LOOK_NS = 2_000_000L;
    private static final long LONGEST_NS = 1_000_000_000L;

    /** The socket that is named. */
    private record Name(HostArena arena, int record, int generation, int role) {}

    /** What a process needs that joins. */
    private record Memory(int arena, int family) {}

    private final Bridge bridge;
    private final Watches watches;
    private final HostKernel kernel;
    private final Map<HostArena, Memory> memories = new HashMap<>();
    private final Map<Long, Name> byInode = new HashMap<>();
    private final Map<Name, Long> listeners = new HashMap<>();
    private final Map<Integer, Integer> countByUid = new HashMap<>();
    /** Listeners that no process of theirs holds, whose kernel sockets were open when last looked for. */
    private final Set<Long> unheld = new HashSet<>();
    /** Of those, which the bridge is asked about anew: somebody may have come to hold them. */
    private final Set<Long> asked = new HashSet<>();

    private final int timer = TimerFd.create();
    private long nextLookNs = FIRST_LOOK_NS;

    Identities(final Bridge bridge, final Watches watches, final HostKernel kernel) {
        this.bridge = bridge;
        this.watches = watches;
        this.kernel = kernel;
        watches.add(timer, Epoll.EPOLLIN, events -> look());
    }

    /**
     * Keeps handles of an arena and of what a process needs to join it, as long as the arena is needed.
     *
     * @param familyHandle -1 if nobody can join
     */
    void keep(final HostArena arena, final int arenaHandle, final int familyHandle) {
        memories.put(arena, new Memory(arenaHandle, familyHandle));
    }

    /** Answers IDENTITY. */
    void name(
            final HostArena arena,
            final int record,
            final int generation,
            final Attachments with,
            final Replies replies) {
        final int uid = arena.tenant().uid();
        if (countByUid.getOrDefault(uid, 0) >= MOST_OF_A_USER) {
            replies.refuse(Errno.EMFILE, MOST_OF_A_USER + " connections of user " + uid + " have names already");
            return;
        }
        final long[] inode = {-1};
        final OpenName opened = kernel.openName(with, () -> onLastClose(inode[0], uid));
        countByUid.merge(uid, 1, Integer::sum);
        if (opened.inode() < 0 || !bridge.anchor(arena, record, generation)) {
            replies.refuse(Errno.EAGAIN, "record " + Integer.toUnsignedString(record) + " is no connection now");
        } else {
            inode[0] = opened.inode();
            byInode.put(inode[0], new Name(arena, record, generation, HandshakeDescriptor.ROLE_CONNECTION));
            replies.identity(opened.handle());
        }
        kernel.passedOn(opened.handle());
    }

    private void onLastClose(final long inode, final int uid) {
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
        final long inode = kernel.inode(placeholder);
        if (inode < 0 || listeners.containsKey(name) || !bridge.anchor(arena, record, generation)) {
            return;
        }
        if (!kernel.hold(placeholder, inode)) {
            bridge.unanchor(arena, record, generation);
            return;
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
        TimerFd.arm(timer, 0);
        nextLookNs = Math.min(2 * nextLookNs, LONGEST_NS);
        final Set<Long> looked = Set.copyOf(unheld);
        kernel.look(looked, open -> onLooked(looked, open));
    }

    private void onLooked(final Set<Long> looked, final Set<Long> open) {
        for (final Long inode : looked) {
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

    /**
     * Answers JOIN.
     *
     * @param shown a handle; nothing is asked of it itself, which could hang
     * @return the arena that the process may now take a holder slot of, or null
     */
    HostArena join(final int shown, final Tenant tenant, final Replies replies) {
        final long inode = kernel.inode(shown);
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
        if (memory == null || memory.family() == NONE) {
            replies.refuse(Errno.EOPNOTSUPP, "arena " + name.arena().number() + " came without its family's memory");
            return null;
        }
        asked.remove(inode);
        replies.joined(name.arena().number(), name.record(), name.generation(), name.role(), new int[] {
            memory.arena(), memory.family()
        });
        return name.arena();
    }

    /** The arena is over. What still names its sockets names nothing. */
    void onArenaEnded(final HostArena arena) {
        final Memory memory = memories.remove(arena);
        if (memory != null) {
            kernel.close(arena.tenant().uid(), memory.arena());
            if (memory.family() != NONE) {
                kernel.close(arena.tenant().uid(), memory.family());
            }
        }
        listeners.keySet().removeIf(name -> name.arena() == arena);
        byInode.values().removeIf(name -> name.arena() == arena);
    }

    @Override
    public void close() {
        watches.remove(timer);
        Descriptors.close(timer);
    }
}
