package org.pno.port.ring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.pno.port.PortException;
import org.pno.sys.Descriptors;
import org.pno.sys.Epoll;
import org.pno.sys.Errno;
import org.pno.sys.EventFd;
import org.pno.sys.SystemCallException;
import org.pno.sys.UnixAddress;
import org.pno.sys.UnixMessage;
import org.pno.sys.UnixSocket;

/**
 * Brings two processes together at a path, and notices when one goes. Whoever finds nobody listening at the path
 * becomes the creator: it listens there, and makes a pair of rings for one joiner at a time. A third process waits in
 * the backlog until the joiner has gone. When the creator goes, the joiner looks at the path anew, and may become
 * creator.
 *
 * <pre>
 *               nobody there              accepted, greeting sent
 *            +----------------> LISTENING --------------------------> JOINED (creator)
 *   seek ----|                      ^                                     | the joiner has gone
 *      ^     |                      +-------------------------------------+
 *      |     +----------------> WAITING ----------------------------> JOINED (joiner)
 *      |        connected           | it has gone   greeting received     |
 *      +----------------------------+-------------------------------------+ the creator has gone
 * </pre>
 *
 * One thread; nothing waits.
 */
final class RingRendezvous implements AutoCloseable {
    private static final int NONE = -1;
    private static final int LISTENER = 1;
    private static final int CONNECTION = 2;
    private static final int BELL = 3;
    private static final int LOCK_TRIES = 1000;

    private final UnixAddress address;
    private final String name;
    private final Epoll epoll = new Epoll(4);
    private final UnixMessage message = new UnixMessage();
    private final MemorySegment greeting = Arena.ofAuto().allocate(RingPair.GREETING_BYTES, 8);
    private int listener = NONE;
    private int connection = NONE;
    private RingPair pair;

    /**
     * @param address of the path where to meet
     * @param name of the port, for messages
     */
    RingRendezvous(final UnixAddress address, final String name) {
        this.address = address;
        this.name = name;
        try {
            seek();
        } catch (final PortException e) {
            epoll.close();
            throw e;
        }
    }

    /** The rings, or null while nobody is at the other end. */
    RingPair pair() {
        return pair;
    }

    /** Polls readable when {@link #proceed} has something to do. */
    int pollDescriptor() {
        return epoll.descriptor();
    }

    /** Handles what has happened, which may change the {@link #pair()}, and silences our bell. */
    void proceed() {
        final int events = epoll.await(0);
        for (int i = 0; i < events; i++) {
            switch ((int) epoll.data(i)) {
                case LISTENER -> accept();
                case CONNECTION -> onConnectionReadable();
                default -> silenceBell();
            }
        }
    }

    private void silenceBell() {
        if (pair != null) {
            EventFd.drain(pair.ownBell());
        }
    }

    /** Joins whoever listens at the path, or listens there. */
    private void seek() {
        final int lock = lockDirectory();
        final int socket = UnixSocket.open(UnixSocket.SEQPACKET | UnixSocket.NONBLOCK);
        try {
            final int result = UnixSocket.connect(socket, address);
            switch (result) {
                case 0 -> {
                    connection = socket;
                    epoll.add(connection, Epoll.EPOLLIN, CONNECTION);
                }
                case -Errno.ENOENT, -Errno.ECONNREFUSED -> {
                    UnixSocket.unlink(address); // of a creator that died
                    UnixSocket.bind(socket, address);
                    UnixSocket.listen(socket, 1);
                    listener = socket;
                    epoll.add(listener, Epoll.EPOLLIN, LISTENER);
                }
                case -Errno.EAGAIN ->
                    throw new PortException(name + " joins two processes already, and others wait; give another path");
                default -> throw new SystemCallException("connect(" + address + ")", -result);
            }
        } catch (final PortException e) {
            Descriptors.close(socket);
            throw e;
        } catch (final SystemCallException e) {
            Descriptors.close(socket);
            throw new PortException(
                    "cannot open " + name + ": " + e.getMessage()
                            + "; give a path in a directory that exists and that you may write to",
                    e);
        } finally {
            if (lock != NONE) {
                Descriptors.close(lock);
            }
        }
    }

    /**
     * Keeps another process from looking at the path while we do, so that two that start at once do not both listen. It
     * is held for microseconds; one who holds it for ever does not hold us up.
     */
    private int lockDirectory() {
        final String path = address.path();
        if (path.startsWith("@")) {
            return NONE;
        }
        final Path directory = Path.of(path).toAbsolutePath().getParent();
        try {
            final int descriptor = Descriptors.open(directory.toString(), Descriptors.O_RDONLY);
            for (int i = 0; i < LOCK_TRIES && !Descriptors.tryLock(descriptor); i++) {
                Thread.yield();
            }
            return descriptor;
        } catch (final SystemCallException e) {
            return NONE; // binding will say what is wrong with it
        }
    }

    private void accept() {
        final int accepted = UnixSocket.accept(listener, UnixSocket.NONBLOCK);
        if (accepted < 0) {
            return;
        }
        pair = RingPair.create(accepted);
        if (pair == null) {
            Descriptors.close(accepted);
            return;
        }
        connection = accepted;
        epoll.modify(listener, 0, LISTENER); // the next one waits in the backlog
        epoll.add(connection, Epoll.EPOLLIN, CONNECTION);
        epoll.add(pair.ownBell(), Epoll.EPOLLIN, BELL);
    }

    /** The greeting has come, or the peer has gone; it has nothing else to say. */
    private void onConnectionReadable() {
        final int length = message.receive(connection, greeting, 0, RingPair.GREETING_BYTES);
        if (length == -Errno.EAGAIN || length == -Errno.EINTR) {
            return;
        }
        if (pair == null && length > 0) {
            pair = join(length);
            epoll.add(pair.ownBell(), Epoll.EPOLLIN, BELL);
            return;
        }
        message.closeDescriptors();
        drop();
    }

    private RingPair join(final int length) {
        try {
            return RingPair.join(greeting, length, message);
        } catch (final PortException | SystemCallException e) {
            throw new PortException(name + ": " + e.getMessage(), e);
        }
    }

    /** Gives the peer up and waits for the next. */
    void drop() {
        if (pair != null) {
            epoll.remove(pair.ownBell());
            pair.close();
            pair = null;
        }
        epoll.remove(connection);
        Descriptors.close(connection);
        connection = NONE;
        if (listener == NONE) {
            seek();
        } else {
            epoll.modify(listener, Epoll.EPOLLIN, LISTENER);
        }
    }

    @Override
    public void close() {
        if (pair != null) {
            pair.close();
            pair = null;
        }
        if (connection != NONE) {
            Descriptors.close(connection);
        }
        if (listener != NONE) {
            Descriptors.close(listener);
            UnixSocket.unlink(address);
        }
        epoll.close();
    }
}
