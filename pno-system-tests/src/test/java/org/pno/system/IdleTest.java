package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pno.cli.measure.Transport;

/** Idle costs nothing: CPU time of an idle redis and an idle DPU, held against an idle redis on the kernel's TCP. */
@Tag("system")
class IdleTest {
    private static final int CLIENTS = 50;
    private static final Duration STRETCH = Duration.ofSeconds(5);
    private static final long TICK_MILLIS = 10; // USER_HZ is 100 on every Linux

    @Test
    void shouldCostNothingWhenIdle() {
        try (Testbed bed = Testbed.open("idle", Transport.PNO)) {
            final Redis offloaded = Redis.start(bed);
            final Redis onKernel =
                    Redis.launch(bed, Transport.KERNEL, Redis.DEFAULT_PORT).awaitReady();
            final PeerConnections ofPno = PeerConnections.open(offloaded, CLIENTS);
            final PeerConnections ofKernel = PeerConnections.open(onKernel, CLIENTS);
            final CpuTime pnoTime = new CpuTime(offloaded.program());
            final CpuTime kernelTime = new CpuTime(onKernel.program());
            final CpuTime dpuTime = new CpuTime(bed.dpu().program());
            letPass(STRETCH);
            final long pnoMillis = pnoTime.millis();
            final long kernelMillis = kernelTime.millis();
            final long dpuMillis = dpuTime.millis();
            assertTrue(ofPno.isOpen() && ofKernel.isOpen(), "the clients did not stay");
            final String seen = "in " + STRETCH.toMillis() + " ms: redis by PnO " + pnoMillis
                    + " ms of CPU, by the kernel " + kernelMillis + " ms, DPU " + dpuMillis + " ms";
            assertTrue(pnoMillis <= 2 * kernelMillis + 2 * TICK_MILLIS, seen);
            assertTrue(dpuMillis <= STRETCH.toMillis() / 50, seen);
        }
    }

    /** Measures a stretch, rather than waiting for something. */
    private static void letPass(final Duration stretch) {
        final long endNs = System.nanoTime() + stretch.toNanos();
        for (long leftNs = stretch.toNanos(); leftNs > 0; leftNs = endNs - System.nanoTime()) {
            LockSupport.parkNanos(leftNs);
        }
    }

    /** CPU time that a process has used since this was made, all its threads together, ended ones too. */
    private static final class CpuTime {
        private static final int FIELDS_BEFORE_UTIME = 11; // after the name: proc_pid_stat(5), fields 14 and 15

        private final long pid;
        private final long startTicks;

        CpuTime(final ProcessHandle process) {
            pid = process.pid();
            startTicks = ticks();
        }

        long millis() {
            return (ticks() - startTicks) * TICK_MILLIS;
        }

        private long ticks() {
            try {
                final String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
                final String[] fields =
                        stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                return Long.parseLong(fields[FIELDS_BEFORE_UTIME]) + Long.parseLong(fields[FIELDS_BEFORE_UTIME + 1]);
            } catch (final IOException e) {
                throw new AssertionError("process " + pid + " has ended", e);
            }
        }
    }
}
