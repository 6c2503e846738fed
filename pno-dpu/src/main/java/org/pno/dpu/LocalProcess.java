package org.pno.dpu;

import org.pno.control.Attachments;
import org.pno.control.ControlLoop;
import org.pno.control.ControlServer;
import org.pno.sys.Descriptors;
import org.pno.sys.Epoll;
import org.pno.sys.EventFd;
import org.pno.sys.PeerCredentials;
import org.pno.sys.PidFd;
import org.pno.sys.UnixSocket;

/** A process of our own kernel: its end is seen by pidfd, its bell is an eventfd of ours. */
final class LocalProcess implements HostProcess {
    private static final int NONE = -1;

    private final ControlLoop loop;
    private final ControlServer server;
    private final PeerCredentials peer;
    private final int socket;
    private final Runnable disconnect;
    private int bell = NONE;
    private int pidFd = NONE;

    /**
     * @param server takes the spare connections
     * @param socket the connection, not ours to close
     */
    LocalProcess(
            final ControlLoop loop,
            final ControlServer server,
            final PeerCredentials peer,
            final int socket,
            final Runnable disconnect) {
        this.loop = loop;
        this.server = server;
        this.peer = peer;
        this.socket = socket;
        this.disconnect = disconnect;
    }

    @Override
    public PeerCredentials peer() {
        return peer;
    }

    @Override
    public int visiblePid() {
        return peer.pid();
    }

    @Override
    public void watch(final Runnable onExit) {
        if (peer.pid() == UNKNOWN_PID) {
            return;
        }
        pidFd = PidFd.ofPeer(socket);
        loop.watches().add(pidFd, Epoll.EPOLLIN, events -> {
            closePidFd();
            onExit.run();
        });
    }

    @Override
    public int openBell(final Runnable onRing) {
        bell = EventFd.create();
        // Edge-triggered, and not drained: the host has it too, and could empty it just before a read, which would
        // wait.
        loop.watches().add(bell, Epoll.EPOLLIN | Epoll.EPOLLET, events -> onRing.run());
        return bell;
    }

    @Override
    public int openSpare(final Attachments with) {
        final int[] pair = UnixSocket.pair(UnixSocket.SEQPACKET);
        Descriptors.nonBlocking(pair[0], true);
        server.add(pair[0], new PeerCredentials(UNKNOWN_PID, peer.uid(), peer.gid()));
        return pair[1];
    }

    @Override
    public void disconnect() {
        disconnect.run();
    }

    private void closePidFd() {
        if (pidFd != NONE) {
            loop.watches().remove(pidFd);
            Descriptors.close(pidFd);
            pidFd = NONE;
        }
    }

    @Override
    public void end() {
        closePidFd();
        if (bell != NONE) {
            loop.watches().remove(bell);
            loop.waitingRoom().close(peer.uid(), bell);
            bell = NONE;
        }
    }
}
