package org.pno.dpu;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.pno.control.Attachments;
import org.pno.control.ControlLoop;
import org.pno.control.KernelSockets;
import org.pno.control.OpenName;
import org.pno.control.OpenNames;
import org.pno.control.Placeholder;
import org.pno.link.RegionSource;
import org.pno.link.SealedMemory;
import org.pno.sys.Descriptors;
import org.pno.sys.EventSignals;

/**
 * Our own kernel: handles are descriptors. No call on a descriptor that the host has as well may wait for it: bells are
 * rung through {@link EventSignals}, memory is asked nothing before it is known to be a memfd, and all else is left to
 * the {@link org.pno.control.WaitingRoom}.
 */
final class LocalKernel implements HostKernel, AutoCloseable {
    private final ControlLoop loop;
    private final EventSignals signals;
    private final KernelSockets sockets = new KernelSockets();
    private final OpenNames names;
    /** Handles that have outlived their requests, with the user whose each is. */
    private final Map<Integer, Integer> kept = new HashMap<>();

    LocalKernel(final ControlLoop loop, final EventSignals signals) {
        this.loop = loop;
        this.signals = signals;
        names = new OpenNames(loop.watches());
    }

    @Override
    public boolean isOwn() {
        return true;
    }

    @Override
    public long memoryBytes(final int handle) {
        return SealedMemory.size(handle);
    }

    @Override
    public RegionSource region(final int handle, final long bytes) {
        return new RegionSource.Local(handle, bytes);
    }

    @Override
    public int ring(final int bell) {
        return signals.signal(bell);
    }

    @Override
    public long inode(final int handle) {
        return KernelSockets.inode(handle);
    }

    @Override
    public void ask(final int uid, final int placeholder, final Consumer<Placeholder> onAnswer) {
        loop.waitingRoom().ask(uid, () -> Placeholder.of(placeholder), onAnswer);
    }

    @Override
    public int duplicate(final int uid, final int handle) {
        final int copy = Descriptors.duplicate(handle);
        kept.put(copy, uid);
        return copy;
    }

    @Override
    public void close(final int uid, final int handle, final Runnable onClosed) {
        kept.remove(handle);
        loop.waitingRoom().close(uid, handle, onClosed);
    }

    @Override
    public OpenName openName(final Attachments with, final Runnable onLastClose) {
        return names.open(onLastClose);
    }

    @Override
    public void passedOn(final int handle) {
        Descriptors.close(handle);
    }

    @Override
    public boolean hold(final int handle, final long inode) {
        return sockets.hold(handle, inode);
    }

    @Override
    public void look(final Set<Long> inodes, final Consumer<Set<Long>> onAnswer) {
        onAnswer.accept(sockets.open());
    }

    /** Lets go of all that is still kept: arenas that have not ended, questions that nobody will answer. */
    @Override
    public void close() {
        kept.forEach((handle, uid) -> loop.waitingRoom().close(uid, handle));
        kept.clear();
        names.close();
        sockets.close();
    }
}
