package org.pno.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.pno.sys.Epoll;
import org.pno.sys.Errno;
import org.pno.sys.SystemCallException;

/**
 * Sockets of programs that are looked for without being kept open: they stand in an epoll set that nobody waits for,
 * which the kernel takes them out of with their last close. Each is known by its inode, which is one socket's alone as
 * long as that is open.
 */
public final class KernelSockets implements AutoCloseable {
    private static final String SOCKET_LINK = "socket:[";
    private static final String DATA_FIELD = "data:";
    private static final int HEXADECIMAL = 16;

    private final Epoll set = new Epoll(1);

    /** The inode of a socket, or -1 if it is none. Nothing is asked of the descriptor itself, which could hang. */
    public static long inode(final int descriptor) {
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

    /**
     * Looks for a socket from now on.
     *
     * @param socket stays the caller's
     * @return false if it cannot be held
     */
    public boolean hold(final int socket, final long inode) {
        try {
            set.add(socket, 0, inode);
            return true;
        } catch (final SystemCallException e) {
            return e.errno() == Errno.EEXIST; // It stands there already.
        }
    }

    /** The inodes of those that are open, as the kernel tells them. */
    public Set<Long> open() {
        final Set<Long> open = new HashSet<>();
        try {
            final List<String> members = Files.readAllLines(Path.of("/proc/self/fdinfo/" + set.descriptor()));
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

    @Override
    public void close() {
        set.close();
    }
}
