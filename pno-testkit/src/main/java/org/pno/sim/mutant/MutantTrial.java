package org.pno.sim.mutant;

import java.util.function.LongFunction;
import org.pno.sim.world.Coverage;
import org.pno.sim.world.SeedRun;
import org.pno.sim.world.Workspace;

/**
 * Plays seeds for whoever stands outside of a {@link MutantLoader}: made within it, used through an interface of the
 * JDK, since that is all they share.
 */
public final class MutantTrial implements LongFunction<String> {
    private final Workspace workspace = new Workspace();

    /** What is wrong with the run of a seed, or null. */
    @Override
    public String apply(final long seed) {
        return SeedRun.play(seed, workspace, new Coverage(), null).what();
    }
}
