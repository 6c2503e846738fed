package org.pno.link.model;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Litmus tests: the checker's memory must be as weak as the machines that the protocol will run on. */
class ModelCheckerTest {
    private static final int X = 0;
    private static final int Y = 1;
    private static final int SEEN_X = 2;
    private static final int SEEN_Y = 3;
    private static final String[] CELLS = {"x", "y", "seen x", "seen y"};

    @Test
    void shouldLetLoadsPassBufferedStores() {
        assertFalse(storeBuffering(false).isSafe());
    }

    @Test
    void shouldKeepLoadsBehindAFence() {
        final ModelChecker.Result result = storeBuffering(true);
        assertTrue(result.isSafe(), result::toString);
    }

    @Test
    void shouldLetRelaxedStoresPassEachOther() {
        final Program writer =
                new Program("writer").storeRelaxed(X, 1).storeRelaxed(Y, 1).end();
        assertFalse(new ModelChecker(CELLS, writer, reader()).check().isSafe());
    }

    @Test
    void shouldKeepReleaseStoresBehindOlderOnes() {
        final Program writer =
                new Program("writer").storeRelaxed(X, 1).store(Y, 1).end();
        final ModelChecker.Result result = new ModelChecker(CELLS, writer, reader()).check();
        assertTrue(result.isSafe(), result::toString);
    }

    @Test
    void shouldReorderDmaOfOneBatch() {
        final Program writer =
                new Program("writer").dmaWrite(X, 1).dmaWrite(Y, 1).end();
        assertFalse(new ModelChecker(CELLS, writer, reader()).check().isSafe());
    }

    @Test
    void shouldKeepDmaBehindACompleteTicket() {
        final Program writer =
                new Program("writer").dmaWrite(X, 1).dmaWait().dmaWrite(Y, 1).end();
        final ModelChecker.Result result = new ModelChecker(CELLS, writer, reader()).check();
        assertTrue(result.isSafe(), result::toString);
    }

    @Test
    void shouldReportAnAgentThatIsStuck() {
        final ModelChecker.Result result =
                new ModelChecker(CELLS, new Program("sleeper").sleep(X).end()).check();
        assertTrue(result.counterexample().getLast().contains("sleeper at Sleep"), result::toString);
    }

    /** x and y are stored by one agent each, which then loads the other: can both miss it? */
    private static ModelChecker.Result storeBuffering(final boolean isFenced) {
        return new ModelChecker(
                        CELLS,
                        storeThenLoad("A", X, Y, SEEN_Y, isFenced),
                        storeThenLoad("B", Y, X, SEEN_X, isFenced),
                        judge())
                .check();
    }

    private static Program storeThenLoad(
            final String name, final int own, final int other, final int seen, final boolean isFenced) {
        return new Program(name)
                .store(own, 1)
                .fenceUnless(!isFenced)
                .load(0, other)
                .store(seen, r -> r[0] + 1)
                .end();
    }

    private static Program judge() {
        return new Program("judge")
                .sleep(SEEN_X)
                .sleep(SEEN_Y)
                .load(0, SEEN_X)
                .load(1, SEEN_Y)
                .require(r -> r[0] == 2 || r[1] == 2, "one saw the other")
                .end();
    }

    /** Who sees y must see x. */
    private static Program reader() {
        return new Program("reader")
                .load(0, Y)
                .branchIf(r -> r[0] == 0, "end")
                .load(1, X)
                .require(r -> r[1] == 1, "x came first")
                .label("end")
                .end();
    }
}
