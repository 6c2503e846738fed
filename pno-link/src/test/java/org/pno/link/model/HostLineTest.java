package org.pno.link.model;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Words of one line are read in no order (docs/link-protocol.md, Records): what the DPU concludes from two of them
 * must be right all the same.
 */
class HostLineTest {
    private static final int TX_WRITTEN = 0;
    private static final int TX_FIN = 1;
    private static final int GENERATION = 2;
    private static final String[] CELLS = {"txWritten", "txFin", "generation"};
    private static final int BYTES = 2;
    private static final int OLD_BYTES = 5;

    private static final int WRITTEN = 0;
    private static final int FIN = 1;
    private static final int SEEN_GENERATION = 2;

    @ParameterizedTest
    @EnumSource
    void shouldEndTheStreamWhereTheHostEndedIt(final Bus bus) {
        final ModelChecker.Result result = finish(bus, true);
        assertTrue(result.isSafe(), result::toString);
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeedThePositionInTheFin(final Bus bus) {
        assertFalse(finish(bus, false).isSafe());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotTakeAnOldPositionForANewGenerations(final Bus bus) {
        final ModelChecker.Result result = reuse(bus, true);
        assertTrue(result.isSafe(), result::toString);
    }

    @ParameterizedTest
    @EnumSource(names = "DMA")
    void shouldNeedASecondReadForANewGeneration(final Bus bus) {
        assertFalse(reuse(bus, false).isSafe());
    }

    /** The host writes bytes and ends the stream, while the DPU happens to read the line. */
    private static ModelChecker.Result finish(final Bus bus, final boolean finHasPosition) {
        final Program host = new Program("host")
                .store(TX_WRITTEN, BYTES)
                .store(TX_FIN, finHasPosition ? BYTES + 1 : 1)
                .end();
        final Program dpu = new Program("DPU");
        bus.read(dpu, WRITTEN, TX_WRITTEN);
        bus.read(dpu, FIN, TX_FIN);
        bus.ticket(dpu);
        dpu.branchIf(r -> r[FIN] == 0, "end");
        if (finHasPosition) {
            dpu.branchIf(r -> r[WRITTEN] != r[FIN] - 1, "end");
        }
        dpu.require(r -> r[WRITTEN] == BYTES, "the FIN goes out behind all bytes");
        return new ModelChecker(CELLS, host, dpu.label("end").end()).check();
    }

    /** The host takes a record again, while a sweep reads its line. */
    private static ModelChecker.Result reuse(final Bus bus, final boolean readsTwice) {
        final Program host = new Program("host")
                .store(TX_WRITTEN, OLD_BYTES)
                .store(GENERATION, 1)
                .store(TX_WRITTEN, 0)
                .store(GENERATION, 2)
                .end();
        final Program dpu = new Program("DPU");
        readLine(bus, dpu);
        dpu.branchIf(r -> r[SEEN_GENERATION] != 2, "end");
        if (readsTwice) {
            readLine(bus, dpu);
        }
        dpu.require(r -> r[WRITTEN] == 0, "nothing was written in the new generation");
        return new ModelChecker(CELLS, host, dpu.label("end").end()).check();
    }

    private static void readLine(final Bus bus, final Program dpu) {
        bus.read(dpu, SEEN_GENERATION, GENERATION);
        bus.read(dpu, WRITTEN, TX_WRITTEN);
        bus.ticket(dpu);
    }
}
