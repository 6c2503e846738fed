package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;

/** A descriptor that stands for a process and polls readable once the process has ended: death without races. */
public final class PidFd {
    private static final int PIDFD_OPEN_NUMBER = 434; // the same on every architecture
    private static final int SO_PEERPIDFD = 77;

    private static final LibcFunction PIDFD_OPEN =
            LibcFunction.orSystemCall("pidfd_open", PIDFD_OPEN_NUMBER, JAVA_INT, JAVA_INT, JAVA_INT);

    private PidFd() {}

    /** Opens a living process; ESRCH if it has gone. */
    public static int open(final int pid) {
        return (int) SystemCallException.check(PIDFD_OPEN.call(pid, 0), "pidfd_open", pid);
    }

    /**
     * The process at the other end of a UNIX socket. Linux 6.5 names the very process that connected; before that, its
     * pid is looked up, which may by then belong to another.
     */
    public static int ofPeer(final int socket) {
        final int descriptor = Sockets.intOption(socket, Sockets.SOL_SOCKET, SO_PEERPIDFD);
        return descriptor >= 0
                ? descriptor
                : open(UnixSocket.peerCredentials(socket).pid());
    }

    /** True once the process has ended. */
    public static boolean hasExited(final int pidFd) {
        return (Descriptors.poll(pidFd, Descriptors.POLLIN, 0) & Descriptors.POLLIN) != 0;
    }
}
