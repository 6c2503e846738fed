package org.pno.dpu;

import java.util.Set;
import java.util.function.Consumer;
import org.pno.control.Attachments;
import org.pno.control.OpenName;
import org.pno.control.Placeholder;
import org.pno.link.RegionSource;

/**
 * The kernel that hosts' programs run on, as far as the DPU needs it: our own, or that of a machine from which
 * {@code pno host} speaks. What a program passes is known here by handles: descriptors of ours, or numbers of things
 * there. The loop's thread; no call waits.
 */
interface HostKernel {
    /** True if it is the one that we run on ourselves. */
    boolean isOwn();

    /**
     * The size of memory.
     *
     * @throws IllegalArgumentException if it is none, or not sealed
     */
    long memoryBytes(int handle);

    /** What the bus needs to reach memory of that size. */
    RegionSource region(int handle, long bytes);

    /** Rings a bell. 0, or a negative errno: -EINVAL if it is none. */
    int ring(int bell);

    /** The inode of a socket, or -1 if it is none. */
    long inode(int handle);

    /** Asks for the address of a kernel socket. */
    void ask(int uid, int placeholder, Consumer<Placeholder> onAnswer);

    /** A further handle for the same, to outlive the request of this user that brought it. */
    int duplicate(int uid, int handle);

    /** Lets go of a handle, whatever that takes; {@code onClosed} runs later on this thread, or at once. */
    void close(int uid, int handle, Runnable onClosed);

    /** The same. */
    default void close(final int uid, final int handle) {
        close(uid, handle, () -> {});
    }

    /**
     * Makes a name.
     *
     * @param with of the request that asked for it
     */
    OpenName openName(Attachments with, Runnable onLastClose);

    /** Lets go of what was made here for a program, once it is passed on. */
    void passedOn(int handle);

    /** Looks for a program's socket from now on without keeping it open; false if that cannot be. */
    boolean hold(int handle, long inode);

    /** Tells which of these sockets are still open. */
    void look(Set<Long> inodes, Consumer<Set<Long>> onAnswer);
}
