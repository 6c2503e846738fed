package org.pno.sim.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.pno.stack.SocketOptions;
import org.pno.tcp.TcpCounter;

/**
 * That runs by seed reach what loss recovery can do: a branch that none reaches is one that no invariant checks. F-RTO
 * is not among them: both ends here have timestamps, which tell first that a timeout was spurious.
 */
class RecoveryBranchesTest {
    private static final int PORT = 6379;
    private static final int RUNS = 60;

    private static final List<TcpCounter> BRANCHES = List.of(
            TcpCounter.RETRANSMITTED,
            TcpCounter.TIMEOUTS,
            TcpCounter.FAST_RECOVERIES,
            TcpCounter.RACK_LOST_BYTES,
            TcpCounter.REORDERING_SEEN,
            TcpCounter.REORDERING_TIMEOUTS,
            TcpCounter.TAIL_PROBES,
            TcpCounter.LIMITED_TRANSMITS,
            TcpCounter.DSACKS_IN,
            TcpCounter.DSACKS_OUT,
            TcpCounter.UNDONE_BY_EIFEL,
            TcpCounter.UNDONE_BY_DSACK);

    @Test
    void shouldReachEveryBranchOfRecovery() {
        final Map<TcpCounter, Long> reached = new EnumMap<>(TcpCounter.class);
        for (long seed = 1; seed <= RUNS; seed++) {
            final SimulatedPair pair = RandomRun.play(seed);
            for (final TcpCounter branch : BRANCHES) {
                final long times = count(pair, 0, branch) + count(pair, 1, branch);
                reached.merge(branch, times, Long::sum);
            }
        }
        final List<TcpCounter> missed = new ArrayList<>(BRANCHES);
        missed.removeIf(branch -> reached.get(branch) > 0);
        assertEquals(List.of(), missed, reached::toString);
    }

    @Test
    void shouldAnswerRequestsLostAtTheTailByProbes() {
        final WireFaults faults = WireFaults.none();
        faults.lossChance = 0.02;
        faults.delayNs = TimeUnit.MILLISECONDS.toNanos(5);
        final SimulatedPair pair = new SimulatedPair(faults, new NodeBehaviour(), 1);
        pair.node(1).listen(PORT, 4, connection -> new EchoProgram(), new SocketOptions());
        final RequestProgram program = new RequestProgram(5_000, 500);
        assertTrue(pair.node(0).connect(PORT, program, new SocketOptions()) >= 0);
        assertTrue(pair.runUntil(program::isClosed, TimeUnit.HOURS.toNanos(1)));
        final long needed = count(pair, 0, TcpCounter.TAIL_PROBES_NEEDED);
        final long timeouts = count(pair, 0, TcpCounter.TIMEOUTS);
        assertTrue(needed > 0 && timeouts < needed, () -> needed + " probes, " + timeouts + " timeouts");
    }

    private static long count(final SimulatedPair pair, final int node, final TcpCounter counter) {
        return pair.node(node).stack().tcp().counters().value(counter);
    }
}
