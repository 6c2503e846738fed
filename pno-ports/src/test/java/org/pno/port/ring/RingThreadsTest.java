package org.pno.port.ring;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pno.port.FramePool;
import org.pno.sys.Descriptors;

/** Two ports on two threads, each sleeping whenever there is nothing to do: no frame may be lost, and no wake-up. */
class RingThreadsTest {
    private static final int FRAMES = 100_000;

    @TempDir
    Path directory;

    /** Sends numbered frames of random length, in bursts of random size, at most {@code window} ahead of the echo. */
    private static final class Sender {
        private final RingPort port;
        private final MemorySegment memory;
        private final SplittableRandom random = new SplittableRandom(1);
        private int sent;
        private int echoed;

        Sender(final RingPort port) {
            this.port = port;
            memory = port.pool().memory();
        }

        void run() {
            while (echoed < FRAMES) {
                final int burst = Math.min(FRAMES - sent, random.nextInt(1, 32));
                for (int i = 0; i < burst && sent - echoed < 512; i++) {
                    sendOne();
                }
                port.flush();
                if (port.receive(this::onEcho, 64) == 0) {
                    sleep(port);
                }
            }
        }

        private void sendOne() {
            final int length = random.nextInt(60, 1514);
            final long frame = port.pool().allocate();
            memory.set(JAVA_INT_UNALIGNED, frame, sent);
            memory.set(JAVA_INT_UNALIGNED, frame + length - 4, ~sent);
            port.transmit(frame, length);
            sent++;
        }

        private void onEcho(final long frame, final int length) {
            assertEquals(echoed, memory.get(JAVA_INT_UNALIGNED, frame));
            assertEquals(~echoed, memory.get(JAVA_INT_UNALIGNED, frame + length - 4));
            echoed++;
            port.pool().release(frame);
        }
    }

    private static void echo(final RingPort port) {
        final int[] echoed = {0};
        while (echoed[0] < FRAMES) {
            final int frames = port.receive(port::transmit, 64);
            echoed[0] += frames;
            port.flush();
            if (frames == 0) {
                sleep(port);
            }
        }
    }

    /** Far longer than anything takes: a lost wake-up shows as a time-out. */
    private static void sleep(final RingPort port) {
        assertNotEquals(0, Descriptors.poll(port.pollDescriptor(), Descriptors.POLLIN, 20_000), "a wake-up was lost");
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void shouldLoseNeitherFramesNorWakeUps() throws Exception {
        final String path = directory.resolve("wire").toString();
        final RingPort one = new RingPort(path, "ring:one", new FramePool(1024));
        final RingPort two = new RingPort(path, "ring:two", new FramePool(64));
        RingPortTest.join(one, two);

        final CompletableFuture<Void> echo = CompletableFuture.runAsync(() -> echo(two));
        new Sender(one).run();
        echo.get(60, TimeUnit.SECONDS);

        assertEquals(FRAMES, one.counters().rxFrames);
        assertEquals(FRAMES, two.counters().txFrames);
        one.close();
        two.close();
    }
}
