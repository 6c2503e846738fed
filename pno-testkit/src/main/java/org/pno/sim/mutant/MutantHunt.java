package org.pno.sim.mutant;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;

/** Plays seeds over each mutant until one fails that passes without it, and fails itself if none does. */
public final class MutantHunt {
    private static final int MOST_SEEDS = 2_000;
    private static final int LONGEST_TEXT = 150;

    private final Path home;
    private final LongFunction<String> original;
    private final PrintStream out;
    private final PrintStream progress;

    /** @param home the root of the tree */
    public MutantHunt(final Path home, final PrintStream out, final PrintStream progress) {
        this(home, seed -> new MutantTrial().apply(seed), out, progress);
    }

    /** @param original plays a seed without any mutant; null if it passes */
    MutantHunt(
            final Path home, final LongFunction<String> original, final PrintStream out, final PrintStream progress) {
        this.home = home;
        this.original = original;
        this.out = out;
        this.progress = progress;
    }

    /**
     * What a mutant came to.
     *
     * @param seed that found it
     * @param what was found, or null
     */
    public record Kill(Mutant mutant, long seed, int runs, String what) {
        public boolean isFound() {
            return what != null;
        }
    }

    /** Hunts them all, one on each core; true if each was found. */
    public boolean all() {
        final List<Mutant> mutants = Mutant.all(home);
        final List<Future<Kill>> kills = new ArrayList<>();
        int found = 0;
        try (ExecutorService workers =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            mutants.forEach(mutant -> kills.add(workers.submit((Callable<Kill>) () -> hunt(mutant))));
            for (int i = 0; i < kills.size(); i++) {
                found += tell(mutants.get(i), kills.get(i)) ? 1 : 0;
                progress.println("pno sim: " + (i + 1) + " of " + kills.size() + " mutants");
            }
        }
        out.println(found + " of " + mutants.size() + " mutants found");
        return found == mutants.size();
    }

    private boolean tell(final Mutant mutant, final Future<Kill> future) {
        try {
            final Kill kill = future.get();
            out.println(mutant.name() + ": " + mutant.sentence());
            if (kill.isFound()) {
                out.println(
                        "    found by seed " + kill.seed() + " after " + kill.runs() + " runs: " + brief(kill.what()));
            } else {
                out.println("    SURVIVED " + kill.runs() + " runs");
            }
            return kill.isFound();
        } catch (final ExecutionException e) {
            out.println(mutant.name() + ": " + e.getCause().getMessage());
            return false;
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String brief(final String what) {
        final String line = what.replace('\n', ' ').replaceAll(" +", " ");
        return line.length() <= LONGEST_TEXT ? line : line.substring(0, LONGEST_TEXT) + "...";
    }

    /** Plays seeds over one mutant, those that its file names first. */
    public Kill hunt(final Mutant mutant) throws ReflectiveOperationException {
        final MutantLoader loader = MutantLoader.of(mutant, home);
        @SuppressWarnings("unchecked")
        final LongFunction<String> trial = (LongFunction<String>)
                loader.loadClass(MutantTrial.class.getName()).getConstructor().newInstance();
        int runs = 0;
        for (final long seed : mutant.seeds()) {
            runs++;
            final String what = trial.apply(seed);
            if (isOfTheMutant(what, seed)) {
                return new Kill(mutant, seed, runs, what);
            }
        }
        for (long seed = 1; runs < MOST_SEEDS; seed++) {
            runs++;
            final String what = trial.apply(seed);
            if (isOfTheMutant(what, seed)) {
                return new Kill(mutant, seed, runs, what);
            }
        }
        return new Kill(mutant, 0, runs, null);
    }

    /** A seed that fails without any mutant too has found none. */
    private boolean isOfTheMutant(final String what, final long seed) {
        return what != null && original.apply(seed) == null;
    }
}
