package org.pno.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimersAndLocksTest {
    @Test
    void shouldWakeWhenTheTimeHasCome() {
        final int timer = TimerFd.create();
        assertEquals(0, Descriptors.poll(timer, Descriptors.POLLIN, 0));

        TimerFd.arm(timer, 1_000_000);

        assertEquals(Descriptors.POLLIN, Descriptors.poll(timer, Descriptors.POLLIN, 10_000));
        Descriptors.close(timer);
    }

    @Test
    void shouldBeSilentOnceDisarmedOrArmedAnew() {
        final int timer = TimerFd.create();
        TimerFd.arm(timer, 1);
        Descriptors.poll(timer, Descriptors.POLLIN, 10_000);

        TimerFd.arm(timer, 0);
        assertEquals(0, Descriptors.poll(timer, Descriptors.POLLIN, 0));
        TimerFd.arm(timer, 3_600_000_000_000L);
        assertEquals(0, Descriptors.poll(timer, Descriptors.POLLIN, 0));
        Descriptors.close(timer);
    }

    @Test
    void shouldHoldALockUntilItsDescriptorIsClosed(@TempDir final Path directory) {
        final int one = Descriptors.open(directory.toString(), Descriptors.O_RDONLY);
        final int two = Descriptors.open(directory.toString(), Descriptors.O_RDONLY);
        assertTrue(Descriptors.tryLock(one));
        assertFalse(Descriptors.tryLock(two));

        Descriptors.close(one);

        assertTrue(Descriptors.tryLock(two));
        Descriptors.close(two);
    }
}
