package org.pno.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pno.sys.Cpu;
import org.pno.sys.Descriptors;
import org.pno.sys.Epoll;
import org.pno.sys.Errno;
import org.pno.sys.PeerCredentials;
import org.pno.sys.RandomBytes;
import org.pno.sys.SystemCallException;
import org.pno.sys.UnixAddress;
import org.pno.sys.UnixSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control socket's listening end. Whether a DPU lives there, the kernel says: nobody answers at a socket that a
 * killed one left, which is replaced. A lock file beside it exists only while a DPU starts, so that of two who find a
 * dead socket one cannot remove what the other has just made; it is removed under its own lock.
 */
public final class ControlServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

    private static final int BACKLOG = 64;
    private static final int LOCK_ATTEMPTS = 16;
    private static final int ACCEPTS_PER_WAKE = 16;

    private final Path path;
    private final Path lockPath;
    private final UnixAddress address;
    private final int socket;
    private final List<ControlConnection> connections = new ArrayList<>();
    /** Connections whose descriptors are open, by user. */
    private final Map<Integer, Integer> countByUid = new HashMap<>();

    private ControlLoop loop;
    private ControlSession.Opener sessions;
    private int connectionsPerUser;
    private boolean isPaused;
    private boolean isClosed;

    /** @throws SocketPlaceException if another DPU lives there, or the place cannot be used */
    public ControlServer(final String socketPath) {
        path = Path.of(socketPath).toAbsolutePath();
        lockPath = path.resolveSibling(path.getFileName() + ".lock");
        try {
            address = UnixAddress.of(path.toString());
        } catch (final IllegalArgumentException e) {
            throw new SocketPlaceException("--socket " + socketPath + ": " + e.getMessage(), e);
        }
        makeDirectory();
        final FileChannel lockFile = lock();
        try {
            removeStale();
            socket = listen();
        } finally {
            unlock(lockFile);
        }
    }

    private void makeDirectory() {
        final Path directory = path.getParent();
        if (Files.isDirectory(directory)) {
            checkOwner(directory);
            return;
        }
        final String mode = Cpu.effectiveUserId() == 0 ? "rwxr-xr-x" : "rwx------";
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
        } catch (final IOException e) {
            throw new SocketPlaceException(
                    "--socket " + path + ": cannot make its directory " + directory + ": " + e, e);
        }
    }

    /** Whoever owns the directory can put his own socket in the place of ours. */
    private void checkOwner(final Path directory) {
        try {
            final int owner = (int) Files.getAttribute(directory, "unix:uid");
            if (owner != 0 && owner != Cpu.effectiveUserId()) {
                throw new SocketPlaceException("--socket " + path + ": " + directory + " belongs to user " + owner
                        + ", who could take the DPU's place; use a directory of your own");
            }
        } catch (final IOException e) {
            throw new SocketPlaceException("--socket " + path + ": cannot look at " + directory + ": " + e, e);
        }
    }

    private FileChannel lock() {
        for (int i = 0; i < LOCK_ATTEMPTS; i++) {
            final FileChannel file = openLocked();
            if (isCurrent(file)) {
                return file;
            }
            close(file); // Its last owner has just removed it.
        }
        throw alive(null);
    }

    private FileChannel openLocked() {
        FileChannel file = null;
        try {
            file = FileChannel.open(lockPath, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (file.tryLock() != null) {
                return file;
            }
        } catch (final OverlappingFileLockException e) {
            // One of this very process, in a test for instance: as alive as any other.
            close(file);
            throw alive(e);
        } catch (final IOException e) {
            close(file);
            throw new SocketPlaceException(
                    "--socket " + path + ": cannot make " + lockPath + ": " + e + "; use another --socket", e);
        }
        close(file);
        throw alive(null);
    }

    /** A mark that only we write, read back by name: the file of that name is the one that is locked. */
    private boolean isCurrent(final FileChannel file) {
        final byte[] mark = Long.toHexString(RandomBytes.nextLong()).getBytes(StandardCharsets.US_ASCII);
        try {
            file.truncate(0).write(ByteBuffer.wrap(mark), 0);
            return Arrays.equals(mark, Files.readAllBytes(lockPath));
        } catch (final NoSuchFileException e) {
            return false;
        } catch (final IOException e) {
            close(file);
            throw new SocketPlaceException("--socket " + path + ": cannot use " + lockPath + ": " + e, e);
        }
    }

    private void unlock(final FileChannel lockFile) {
        try {
            Files.deleteIfExists(lockPath);
        } catch (final IOException e) {
            throw new SocketPlaceException("cannot remove " + lockPath + ": " + e, e);
        } finally {
            close(lockFile);
        }
    }

    private SocketPlaceException alive(final Throwable cause) {
        return new SocketPlaceException(
                "a DPU runs already at " + path + "; stop it, or give this one another place with --socket", cause);
    }

    private static void close(final FileChannel file) {
        try {
            if (file != null) {
                file.close();
            }
        } catch (final IOException e) {
            throw new SocketPlaceException("cannot close the lock file: " + e, e);
        }
    }

    private void removeStale() {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(path)) {
            throw new SocketPlaceException("--socket " + path + ": there is a file of that name which is no socket");
        }
        final int probe = UnixSocket.open(UnixSocket.SEQPACKET | UnixSocket.NONBLOCK);
        final int answer = UnixSocket.connect(probe, address);
        Descriptors.close(probe);
        // -EAGAIN: so many knock that its backlog is full. -EPROTOTYPE: somebody else's, of another kind.
        if (answer != -Errno.ECONNREFUSED) {
            throw alive(answer < 0 ? new SystemCallException("connect(" + path + ")", -answer) : null);
        }
        UnixSocket.unlink(address);
    }

    private int listen() {
        final int descriptor = UnixSocket.open(UnixSocket.SEQPACKET | UnixSocket.NONBLOCK);
        try {
            UnixSocket.bind(descriptor, address);
            // Anybody may speak to root's DPU: who he is and what he may have is told by the kernel and the quotas.
            final String mode = Cpu.effectiveUserId() == 0 ? "rw-rw-rw-" : "rw-------";
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
            UnixSocket.listen(descriptor, BACKLOG);
            return descriptor;
        } catch (final SystemCallException | IOException e) {
            Descriptors.close(descriptor);
            throw new SocketPlaceException("--socket " + path + ": " + e.getMessage(), e);
        }
    }

    public String path() {
        return path.toString();
    }

    /**
     * Takes connections from now on.
     *
     * @param mostPerUser control connections that one user may have
     */
    public void start(final ControlLoop control, final int mostPerUser, final ControlSession.Opener opener) {
        loop = control;
        connectionsPerUser = mostPerUser;
        sessions = opener;
        loop.watches().add(socket, Epoll.EPOLLIN, events -> acceptAll());
    }

    private void acceptAll() {
        for (int i = 0; i < ACCEPTS_PER_WAKE; i++) {
            final int descriptor = UnixSocket.accept(socket, UnixSocket.NONBLOCK);
            if (descriptor == -Errno.EMFILE || descriptor == -Errno.ENFILE) {
                pause();
                return;
            }
            if (descriptor < 0) {
                return;
            }
            add(descriptor, UnixSocket.peerCredentials(descriptor));
        }
    }

    /** Serves a connection from now on, however it was made. */
    public void add(final int descriptor, final PeerCredentials peer) {
        final ControlConnection connection = new ControlConnection(loop, descriptor, peer, sessions, new Ends());
        connections.add(connection);
        final int count = countByUid.merge(connection.uid(), 1, Integer::sum);
        if (count > connectionsPerUser) {
            connection.cutOff(
                    Errno.EAGAIN,
                    "user " + connection.uid() + " has " + (count - 1) + " control connections, the quota is "
                            + connectionsPerUser);
        }
    }

    /** No descriptor is left: who knocks is not looked at before one is, else the loop would never sleep. */
    private void pause() {
        LOG.warn("out of descriptors with {} control connections; new ones wait", connections.size());
        isPaused = true;
        loop.watches().interest(socket, 0);
    }

    /** What becomes of connections. */
    private final class Ends implements ControlConnection.Owner {
        @Override
        public void onClosed(final ControlConnection connection) {
            connections.remove(connection);
        }

        @Override
        public void onGone(final ControlConnection connection) {
            ControlServer.this.onGone(connection);
        }
    }

    private void onGone(final ControlConnection connection) {
        countByUid.computeIfPresent(connection.uid(), (uid, count) -> count == 1 ? null : count - 1);
        if (isPaused && !isClosed) {
            isPaused = false;
            loop.watches().interest(socket, Epoll.EPOLLIN);
        }
    }

    /** Ends all connections and removes the socket's file. */
    @Override
    public void close() {
        isClosed = true;
        for (final ControlConnection connection : List.copyOf(connections)) {
            connection.close();
        }
        Descriptors.close(socket);
        UnixSocket.unlink(address);
    }
}
