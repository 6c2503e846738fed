package org.pno.sim.world;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Plays the run of one seed. */
public final class SeedRun {
    private SeedRun() {}

    /**
     * What became of a run.
     *
     * @param what is wrong, or null if nothing is
     * @param digest differs if two runs differ
     */
    public record Outcome(long seed, String what, String scenario, long virtualNs, long steps, long digest) {
        public boolean isFailure() {
            return what != null;
        }
    }

    /**
     * Plays it.
     *
     * @param coverage where what it reaches is added
     * @param capture the file for all frames, or null
     */
    public static Outcome play(
            final long seed, final Workspace workspace, final Coverage coverage, final Path capture) {
        final Scenario scenario = new Scenario(seed);
        String what = null;
        final World world = new World(scenario, workspace);
        try {
            if (capture != null) {
                world.capture(capture);
            }
            world.play();
        } catch (final OracleFailure e) {
            what = e.getMessage();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final RuntimeException | AssertionError e) {
            what = trace(e);
        } finally {
            world.report(coverage);
            try {
                world.close();
            } catch (final RuntimeException e) {
                what = what == null ? trace(e) : what;
            }
        }
        return new Outcome(seed, what, scenario.toString(), world.elapsedNs(), world.steps(), world.digest());
    }

    private static String trace(final Throwable e) {
        final StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString().trim();
    }
}
