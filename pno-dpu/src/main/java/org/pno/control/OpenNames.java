package org.pno.control;

import java.util.HashSet;
import java.util.Set;
import org.pno.sys.Descriptors;
import org.pno.sys.UnixSocket;

/** Makes names of sockets, and keeps of each the end that tells when the last copy is closed. The loop's thread. */
public final class OpenNames implements AutoCloseable {
    private final Watches watches;
    private final Set<Integer> ends = new HashSet<>();

    public OpenNames(final Watches watches) {
        this.watches = watches;
    }

    /**
     * Makes one, whose end is the caller's to pass on and close.
     *
     * @param onLastClose runs once no copy is left
     */
    public OpenName open(final Runnable onLastClose) {
        final int[] pair = UnixSocket.pair(UnixSocket.SEQPACKET | UnixSocket.NONBLOCK);
        final int end = pair[0];
        UnixSocket.shutdownReading(end);
        ends.add(end);
        // Nothing but its hang-up is waited for.
        watches.add(end, 0, events -> {
            ends.remove(end);
            forget(end);
            onLastClose.run();
        });
        return new OpenName(pair[1], KernelSockets.inode(pair[1]));
    }

    private void forget(final int end) {
        watches.remove(end);
        Descriptors.close(end);
    }

    /** Forgets those of which copies are left: nobody hears of their last close. */
    @Override
    public void close() {
        ends.forEach(this::forget);
        ends.clear();
    }
}
