package org.pno.link.fabric;

import java.util.concurrent.locks.LockSupport;
import org.pno.sys.Descriptors;
import org.pno.sys.Epoll;
import org.pno.sys.EventFd;

/**
 * A thread that drives a {@link FabricHost}: asleep until something comes where the provider has a descriptor, else
 * looking every 50 µs.
 */
public final class FabricPump implements AutoCloseable {
    private static final long PAUSE_NS = 50_000;
    private static final int STOP = 1;

    private final FabricHost host;
    private final Epoll epoll = new Epoll(2);
    private final int stop = EventFd.create();
    private final Thread thread;
    private volatile boolean isStopping;

    public FabricPump(final FabricHost host) {
        this.host = host;
        epoll.add(stop, Epoll.EPOLLIN, STOP);
        if (host.pollDescriptor() >= 0) {
            epoll.add(host.pollDescriptor(), Epoll.EPOLLIN, 0);
        }
        thread = Thread.ofPlatform().name("fabric").daemon().start(this::run);
    }

    private void run() {
        while (!isStopping) {
            host.progress();
            if (host.pollDescriptor() < 0) {
                LockSupport.parkNanos(PAUSE_NS);
            } else if (host.mayWait()) {
                epoll.await(Epoll.FOREVER);
            }
        }
    }

    /** Ends the thread; the host is the caller's to close. */
    @Override
    public void close() {
        isStopping = true;
        EventFd.signal(stop);
        boolean wasInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                wasInterrupted = true;
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
        epoll.close();
        Descriptors.close(stop);
    }
}
