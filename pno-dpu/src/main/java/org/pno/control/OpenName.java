package org.pno.control;

import org.pno.sys.Descriptors;
import org.pno.sys.UnixSocket;

/**
 * What names a socket in whichever process it is: one end of a pair of UNIX sockets, of which the other end stays here
 * and tells when the last copy is closed.
 *
 * @param handle of the end that is passed on
 * @param inode of that end; -1 if it cannot be known
 */
public record OpenName(int handle, long inode) {
    /**
     * Makes one, whose end is the caller's to pass on and close.
     *
     * @param onLastClose runs once no copy is left
     */
    public static OpenName open(final Watches watches, final Runnable onLastClose) {
        final int[] pair = UnixSocket.pair(UnixSocket.SEQPACKET | UnixSocket.NONBLOCK);
        UnixSocket.shutdownReading(pair[0]);
        // Nothing but its hang-up is waited for.
        watches.add(pair[0], 0, events -> {
            watches.remove(pair[0]);
            Descriptors.close(pair[0]);
            onLastClose.run();
        });
        return new OpenName(pair[1], KernelSockets.inode(pair[1]));
    }
}
