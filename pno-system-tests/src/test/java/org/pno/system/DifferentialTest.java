package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;
import org.pno.cli.measure.Transport;

/**
 * Sequences of socket calls by seed, on the kernel's loopback and on PnO's: results, errno and readiness are compared
 * line by line. What differs is played again, so that only what differs each time counts, and made as short as it goes.
 */
@Tag("system")
class DifferentialTest {
    private static final Path PROGRAM = Testbed.HOME.resolve("shim/build/calls");
    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int STEPS = 30;
    private static final int SEEDS = 300;
    private static final int MANY_SEEDS = 6_000;
    private static final int SEEDS_AT_ONCE = 100;
    private static final int PROCESSES = 2;

    /** A difference counts if it shows so often, and the kernel says the same each time. */
    private static final int REPLAYS = 3;

    private static Testbed open(final String purpose) {
        final Testbed bed = Testbed.open(purpose, Transport.PNO, "--ip", Side.HOST.offloadedAddressIpv6() + "/64");
        try {
            bed.run(
                    Side.HOST,
                    "make",
                    "-s",
                    "-C",
                    Testbed.HOME.resolve("shim").toString(),
                    "build/" + PROGRAM.getFileName());
        } catch (final RuntimeException | Error e) {
            bed.close();
            throw e;
        }
        return bed;
    }

    private static LabProcess start(
            final Testbed bed, final boolean ours, final long from, final long to, final SortedSet<Integer> skipped) {
        final List<String> command = new ArrayList<>();
        if (ours) {
            command.addAll(List.of(Pno.command("run", "--offload", "dpu", "--offload", "localhost", "--")));
        }
        command.addAll(List.of(PROGRAM.toString(), "--seed", from + "-" + to, "--steps", Integer.toString(STEPS)));
        if (!skipped.isEmpty()) {
            command.add("--skip");
            command.add(skipped.stream().map(String::valueOf).collect(Collectors.joining(",")));
        }
        command.add(LOOPBACK);
        return bed.start(Side.HOST, ours ? "ours" : "kernels", command.toArray(String[]::new));
    }

    private static String output(final LabProcess process) {
        try {
            process.awaitEnd(PATIENCE);
            return process.output();
        } finally {
            process.kill();
        }
    }

    private static String play(
            final Testbed bed, final boolean ours, final long seed, final SortedSet<Integer> skipped) {
        return output(start(bed, ours, seed, seed, skipped));
    }

    /** What each seed of a run has said. One that hangs ends its run. */
    private static Map<Long, String> bySeed(final String output) {
        final Map<Long, String> told = new LinkedHashMap<>();
        for (final String part : output.split("(?m)^seed ")) {
            final int end = part.indexOf('\n');
            if (end > 0) {
                told.put(Long.parseLong(part.substring(0, end)), part.substring(end + 1));
            }
        }
        return told;
    }

    /** Seeds at which the two differ; those behind one that hangs are played by the next run. */
    private static List<Long> differing(final Testbed bed, final long from, final long to) {
        final LabProcess kernels = start(bed, false, from, to, new TreeSet<>());
        final List<LabProcess> ours = new ArrayList<>();
        final long each = (to - from + PROCESSES) / PROCESSES;
        for (long first = from; first <= to; first += each) {
            ours.add(start(bed, true, first, Math.min(to, first + each - 1), new TreeSet<>()));
        }
        final Map<Long, String> expected = bySeed(output(kernels));
        assertEquals(to - from + 1, expected.size(), "seeds that the kernel has played");
        final Map<Long, String> told = new LinkedHashMap<>();
        ours.forEach(process -> told.putAll(bySeed(output(process))));
        return expected.keySet().stream()
                .filter(seed -> !expected.get(seed).equals(told.get(seed)))
                .toList();
    }

    private static boolean differs(final Testbed bed, final long seed, final SortedSet<Integer> skipped) {
        final String expected = play(bed, false, seed, skipped);
        for (int i = 0; i < REPLAYS; i++) {
            if (play(bed, true, seed, skipped).equals(expected)
                    || !play(bed, false, seed, skipped).equals(expected)) {
                return false;
            }
        }
        return true;
    }

    /** The steps without which the two differ as well. */
    private static SortedSet<Integer> shrink(final Testbed bed, final long seed) {
        final SortedSet<Integer> skipped = new TreeSet<>();
        for (int step = STEPS - 1; step >= 0; step--) {
            final SortedSet<Integer> more = new TreeSet<>(skipped);
            more.add(step);
            if (differs(bed, seed, more)) {
                skipped.add(step);
            }
        }
        return skipped;
    }

    private static String report(final Testbed bed, final long seed) {
        final SortedSet<Integer> skipped = shrink(bed, seed);
        return "seed " + seed + ", without steps " + skipped + "\nthe kernel:\n" + play(bed, false, seed, skipped)
                + "\nPnO:\n" + play(bed, true, seed, skipped);
    }

    private static void assertNoDifference(final Testbed bed, final long from, final int count) {
        int played = 0;
        for (long first = from; first < from + count; first += SEEDS_AT_ONCE) {
            for (final long seed : differing(bed, first, first + SEEDS_AT_ONCE - 1)) {
                assertTrue(!differs(bed, seed, new TreeSet<>()), () -> report(bed, seed));
            }
            played += SEEDS_AT_ONCE;
        }
        assertEquals(count, played);
    }

    @Test
    void shouldAnswerAsTheKernelDoes() {
        try (Testbed bed = open("differ")) {
            assertNoDifference(bed, 1, SEEDS);
        }
    }

    @Test
    @Tag("long")
    void shouldAnswerAsTheKernelDoesForManySeeds() {
        try (Testbed bed = open("differs")) {
            assertNoDifference(bed, 1 + SEEDS, MANY_SEEDS);
        }
    }
}
