package org.pno.sim.run;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.pno.sim.world.Coverage;
import org.pno.sim.world.SeedRun;
import org.pno.sim.world.Workspace;

/**
 * The runs of seeds one after another, spread over worker threads. What comes out does not depend on how many there
 * are: runs share nothing, sums have no order, failures are sorted.
 */
final class SeedSeries {
    private static final long PROGRESS_MILLIS = 5_000;

    private final long from;
    private final int seeds;
    private final AtomicInteger begun = new AtomicInteger();
    private final Coverage coverage = new Coverage();
    private final List<SeedRun.Outcome> failures = new ArrayList<>();
    private int told;
    private int runs;
    private long virtualNs;
    private RuntimeException broken;

    SeedSeries(final long from, final int seeds) {
        this.from = from;
        this.seeds = seeds;
    }

    /** Plays them all. */
    void play(final int threads, final PrintStream progress) {
        final List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            workers.add(Thread.ofPlatform().name("sim-" + i).daemon().start(this::work));
        }
        try {
            for (final Thread worker : workers) {
                while (!worker.join(java.time.Duration.ofMillis(PROGRESS_MILLIS))) {
                    tell(progress);
                }
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        if (broken != null) {
            throw broken;
        }
        failures.sort(Comparator.comparingLong(SeedRun.Outcome::seed));
    }

    private synchronized void tell(final PrintStream progress) {
        for (; told < failures.size(); told++) { // A long series need not end before one is looked at.
            progress.println("pno sim: seed " + failures.get(told).seed() + " fails: "
                    + failures.get(told).what());
        }
        progress.println("pno sim: " + runs + " of " + seeds + " runs, " + failures.size() + " failed");
    }

    private void work() {
        final Workspace workspace = new Workspace();
        try {
            for (int i = begun.getAndIncrement(); i < seeds; i = begun.getAndIncrement()) {
                final Coverage reached = new Coverage();
                take(SeedRun.play(from + i, workspace, reached, null), reached);
            }
        } catch (final RuntimeException e) {
            note(e);
        }
    }

    private synchronized void note(final RuntimeException e) {
        broken = e;
    }

    private synchronized void take(final SeedRun.Outcome outcome, final Coverage reached) {
        runs++;
        virtualNs += outcome.virtualNs();
        coverage.add(reached);
        if (outcome.isFailure()) {
            failures.add(outcome);
        }
    }

    int runs() {
        return runs;
    }

    long virtualNs() {
        return virtualNs;
    }

    List<SeedRun.Outcome> failures() {
        return failures;
    }

    Coverage coverage() {
        return coverage;
    }
}
