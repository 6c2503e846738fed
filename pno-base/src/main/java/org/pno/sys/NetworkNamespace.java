package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;

/**
 * Moves the calling thread to a new network namespace and back: what it opens in between, and the processes that it
 * starts, belong to the new one. For tests with interfaces of their own; needs CAP_SYS_ADMIN in the thread's user
 * namespace. One thread.
 */
public final class NetworkNamespace implements AutoCloseable {
    private static final int CLONE_NEWNET = 0x4000_0000;

    private static final LibcFunction UNSHARE = LibcFunction.of("unshare", JAVA_INT, JAVA_INT);
    private static final LibcFunction SETNS = LibcFunction.of("setns", JAVA_INT, JAVA_INT, JAVA_INT);

    private final int home;

    private NetworkNamespace(final int home) {
        this.home = home;
    }

    /** Puts the calling thread into a new, empty network namespace; EPERM if it may not. */
    public static NetworkNamespace enterNew() {
        final int home = Descriptors.open("/proc/thread-self/ns/net", Descriptors.O_RDONLY);
        final long result = UNSHARE.call(CLONE_NEWNET);
        if (result < 0) {
            Descriptors.close(home);
        }
        SystemCallException.check(result, "unshare", "CLONE_NEWNET");
        return new NetworkNamespace(home);
    }

    /** Puts the thread back to where it came from; the new namespace ends with the last that was opened in it. */
    @Override
    public void close() {
        final long result = SETNS.call(home, CLONE_NEWNET);
        Descriptors.close(home);
        SystemCallException.check(result, "setns", "CLONE_NEWNET");
    }
}
