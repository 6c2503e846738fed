package org.pno.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Eventfds signalled without waiting, whatever their other owners have done to them. */
@Timeout(60)
class EventSignalsTest {
    /** The most that a write can leave in an eventfd. */
    private static final long FULL = -2;

    private final EventSignals signals = new EventSignals();
    private final int bell = EventFd.create();

    @AfterEach
    void close() {
        signals.close();
        Descriptors.close(bell);
    }

    private void fill() {
        final MemorySegment full = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, FULL);
        assertEquals(Long.BYTES, Descriptors.write(bell, full, 0, Long.BYTES));
        assertEquals(-Errno.EAGAIN, EventFd.signal(bell));
    }

    @Test
    void shouldAddOneEachTime() {
        for (int i = 0; i < 1_000; i++) {
            assertEquals(0, signals.signal(bell));
        }
        assertEquals(1_000, EventFd.drain(bell));
    }

    @Test
    void shouldNotWaitForRoomInAFullBlockingEventFd() {
        fill();
        Descriptors.nonBlocking(bell, false);
        for (int i = 0; i < 10; i++) {
            assertEquals(0, signals.signal(bell));
        }
    }

    @Test
    void shouldWakeEachTimeThoughTheCounterIsFull() {
        fill();
        try (Epoll epoll = new Epoll(1)) {
            epoll.add(bell, Epoll.EPOLLIN | Epoll.EPOLLET, 1);
            assertEquals(1, epoll.await(0));
            assertEquals(0, epoll.await(0));
            signals.signal(bell);
            assertEquals(1, epoll.await(0));
        }
    }

    @Test
    void shouldRefuseWhatIsNoEventFd() {
        final int[] pair = UnixSocket.pair(UnixSocket.STREAM);
        assertEquals(-Errno.EINVAL, signals.signal(pair[0]));
        Descriptors.close(pair[0]);
        Descriptors.close(pair[1]);
        assertEquals(-Errno.EBADF, signals.signal(-1));
    }
}
