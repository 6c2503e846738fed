package org.pno.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Epoll, eventfd and pidfd on the real kernel. */
class EventsTest {
    @Test
    void shouldCountSignalsUntilDrained() {
        final int bell = EventFd.create();
        assertEquals(-Errno.EAGAIN, EventFd.drain(bell));

        assertEquals(0, EventFd.signal(bell));
        assertEquals(0, EventFd.signal(bell));

        assertEquals(2, EventFd.drain(bell));
        assertEquals(-Errno.EAGAIN, EventFd.drain(bell));
        Descriptors.close(bell);
    }

    @Test
    void shouldReportReadyMembersWithTheirData() {
        final int one = EventFd.create();
        final int two = EventFd.create();
        try (Epoll epoll = new Epoll(8)) {
            epoll.add(one, Epoll.EPOLLIN, 0x1111_2222_3333_4444L);
            epoll.add(two, Epoll.EPOLLIN, -1);
            assertEquals(0, epoll.await(0));

            EventFd.signal(one);
            assertEquals(1, epoll.await(Epoll.FOREVER));
            assertEquals(0x1111_2222_3333_4444L, epoll.data(0));
            assertEquals(Epoll.EPOLLIN, epoll.events(0));

            EventFd.signal(two);
            assertEquals(2, epoll.await(Epoll.FOREVER));
            assertEquals(0x1111_2222_3333_4443L, epoll.data(0) + epoll.data(1));
        }
        Descriptors.close(one);
        Descriptors.close(two);
    }

    @Test
    void shouldWakeAfterNanoseconds() {
        try (Epoll epoll = new Epoll(1)) {
            assertEquals(0, epoll.await(1_000));
            assertEquals(0, epoll.await(1_000));
        }
    }

    @Test
    void shouldChangeAndRemoveMembers() {
        final int bell = EventFd.create();
        EventFd.signal(bell);
        try (Epoll epoll = new Epoll(8)) {
            epoll.add(bell, 0, 1);
            assertEquals(0, epoll.await(0));

            epoll.modify(bell, Epoll.EPOLLIN | Epoll.EPOLLET, 2);
            assertEquals(1, epoll.await(0));
            assertEquals(2, epoll.data(0));
            assertEquals(0, epoll.await(0), "an edge is reported once");

            epoll.remove(bell);
            EventFd.signal(bell);
            assertEquals(0, epoll.await(0));
            final SystemCallException e = assertThrows(SystemCallException.class, () -> epoll.remove(bell));
            assertEquals(Errno.ENOENT, e.errno());
        }
        Descriptors.close(bell);
    }

    @Test
    void shouldSeeAProcessEnd() throws Exception {
        final Process process = new ProcessBuilder("cat").start();
        final int pidFd = PidFd.open((int) process.pid());
        assertFalse(PidFd.hasExited(pidFd));

        process.getOutputStream().close();

        final int events = Descriptors.poll(pidFd, Descriptors.POLLIN, -1); // POLLHUP too, once it is reaped
        assertEquals(Descriptors.POLLIN, events & Descriptors.POLLIN);
        assertTrue(PidFd.hasExited(pidFd));
        Descriptors.close(pidFd);
        process.waitFor();
    }
}
