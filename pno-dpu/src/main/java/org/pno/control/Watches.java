package org.pno.control;

import java.util.Arrays;
import org.pno.sys.Epoll;
import org.pno.sys.Errno;
import org.pno.sys.SystemCallException;

/**
 * The descriptors that the loop sleeps on, and what each is for. A descriptor that is taken out while events are
 * handled gets none any more, even if its number is used again at once: a token is the descriptor with its
 * generation.
 */
public final class Watches implements AutoCloseable {
    private static final int EVENTS_PER_WAIT = 64;

    private final Epoll epoll = new Epoll(EVENTS_PER_WAIT);
    private Watch[] watches = new Watch[64];
    private int[] generations = new int[64];

    /** @param interest EPOLLIN and the like */
    public void add(final int descriptor, final int interest, final Watch watch) {
        if (descriptor >= watches.length) {
            final int capacity = Integer.highestOneBit(descriptor) << 1;
            watches = Arrays.copyOf(watches, capacity);
            generations = Arrays.copyOf(generations, capacity);
        }
        generations[descriptor]++;
        epoll.add(descriptor, interest, token(descriptor));
        watches[descriptor] = watch;
    }

    private long token(final int descriptor) {
        return (long) generations[descriptor] << Integer.SIZE | descriptor;
    }

    public void interest(final int descriptor, final int interest) {
        epoll.modify(descriptor, interest, token(descriptor));
    }

    /** Takes a descriptor out, before it is closed. */
    public void remove(final int descriptor) {
        if (descriptor < watches.length && watches[descriptor] != null) {
            watches[descriptor] = null;
            epoll.remove(descriptor);
        }
    }

    /**
     * Waits and handles what is ready.
     *
     * @param timeoutNs nanoseconds, 0 to only look, {@link Epoll#FOREVER}
     */
    public void await(final long timeoutNs) {
        final int count = epoll.await(timeoutNs);
        if (count < 0 && count != -Errno.EINTR) {
            throw new SystemCallException("epoll_wait(" + timeoutNs + " ns)", -count);
        }
        for (int i = 0; i < count; i++) {
            final long data = epoll.data(i);
            final int descriptor = (int) data;
            if (watches[descriptor] != null && token(descriptor) == data) {
                watches[descriptor].onReady(epoll.events(i));
            }
        }
    }

    @Override
    public void close() {
        epoll.close();
    }
}
