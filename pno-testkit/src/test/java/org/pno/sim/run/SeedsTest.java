package org.pno.sim.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pno.sim.world.Coverage;
import org.pno.sim.world.FaultKind;
import org.pno.sim.world.SeedRun;
import org.pno.sim.world.Workspace;
import org.pno.tcp.TcpState;

/** Whole systems under faults, a few seeds of the many that {@code pno sim} plays. */
class SeedsTest {
    /** What so few seeds reach of what matters: families, fragments, deaths, recovery. */
    private static final List<String> NAMED = List.of(
            "ip.reassembled",
            "ip.drop.fragment-overlap",
            "ip.drop.fragment-evicted",
            "ip.drop.fragment-late",
            "ip.tentative-source",
            "ip.drop.extension",
            "ndp.solicitations-out",
            "ndp.advertisements-out",
            "ndp.address-duplicate",
            "ndp.address-conflict",
            "icmp.path-mtus",
            "bridge.no-channel",
            "bridge.looped",
            "bridge.quota",
            "bridge.stale-submission",
            "tcp.drop.accept-deferred",
            "tcp.drop.reset-limited",
            "tcp.drop.syn-queue-full",
            "bridge.unaccepted-resets",
            "bridge.no-credit",
            "tcp.fast-recoveries",
            "tcp.rack-lost-bytes",
            "tcp.reordering-timeouts",
            "tcp.tail-probes",
            "tcp.timeouts",
            "tcp.spurious-timeouts",
            "tcp.undone-by-dsack",
            "tcp.sack-reneged",
            "tcp.cookies-received",
            "tcp.path-narrowed",
            "tcp.black-holes",
            "tcp.window-probes",
            "tcp.challenges",
            "tcp.ecn-reductions",
            "tcp.drop.paws",
            "tcp.drop.outside-window",
            "tcp.drop.no-connection",
            "tcp.drop.data-after-close",
            "tcp.fast-opens-active",
            "tcp.fast-opens-passive",
            "tcp.fast-open-cookies-asked",
            "tcp.urgent-in",
            "bridge.rx-no-chunk",
            "bridge.fences",
            "bridge.fence-resets",
            "bridge.stale-credit",
            "bridge.tx-no-socket",
            "tcp.drop.beyond-window",
            "tcp.drop.no-receive-memory");

    private static final PrintStream QUIET = new PrintStream(OutputStream.nullOutputStream());

    private final Coverage coverage = new Coverage();

    private SeedRun.Outcome play(final long seed, final Workspace workspace) {
        return SeedRun.play(seed, workspace, coverage, null);
    }

    @Test
    void shouldPassUnderFaults() {
        final SeedSeries series = new SeedSeries(1, 150);
        series.play(2, QUIET);
        assertEquals(List.of(), series.failures());
        assertEquals(150, series.runs());
        final EnumSet<TcpState> states = EnumSet.allOf(TcpState.class);
        states.removeAll(series.coverage().states());
        states.remove(TcpState.LISTEN); // A listener is no connection.
        assertEquals(EnumSet.noneOf(TcpState.class), states);
        assertEquals(EnumSet.allOf(FaultKind.class), series.coverage().faults());
        assertEquals(
                List.of(),
                NAMED.stream()
                        .filter(name -> !series.coverage().hasReached(name))
                        .toList());
    }

    /** Connections that were reset before a program could be told of them had no addresses. */
    @ParameterizedTest
    @ValueSource(longs = {637, 5255, 7143})
    void shouldTellTheAddressesOfWhatWasResetAtOnce(final long seed) {
        assertNull(play(seed, new Workspace()).what());
    }

    /** Flights larger than a window that has just given way to ECN, and a probe upon them. */
    @ParameterizedTest
    @ValueSource(longs = {6611, 8825})
    void shouldAllowAProbeBeyondTheWindow(final long seed) {
        assertNull(play(seed, new Workspace()).what());
    }

    /** Cookies that come twice. */
    @ParameterizedTest
    @ValueSource(longs = {2451, 4961, 5537})
    void shouldTellConnectionsOfTheSameCookieApart(final long seed) {
        assertNull(play(seed, new Workspace()).what());
    }

    /** Its last socket had gone when the DPU had just looked, and then it slept. */
    @Test
    void shouldEndTheArenaOfADeadProcess() {
        assertNull(play(31, new Workspace()).what());
    }

    /** The parent dies while it asks for a port that is still taken. */
    @Test
    void shouldGoOnWithWhatADeadParentAskedFor() {
        assertNull(play(49, new Workspace()).what());
    }

    /** A process that has just been replaced is to close its listeners before the DPU knows its arena. */
    @Test
    void shouldLetANewProcessWaitForItsArena() {
        assertNull(play(464, new Workspace()).what());
    }

    /** TIME-WAIT that is over before the FIN comes again. */
    @ParameterizedTest
    @ValueSource(longs = {150, 17559})
    void shouldAllowAResetBehindAShortTimeWait(final long seed) {
        assertNull(play(seed, new Workspace()).what());
    }

    /** Two that open at once, of which one dies before it knows that it is connected. */
    @Test
    void shouldAllowAnOrderlyEndByWhoDiedBeforeHeKnew() {
        assertNull(play(2006, new Workspace()).what());
    }

    /** A process that dies while its DPU stands still: what it asks for is taken up when it is dead already. */
    @ParameterizedTest
    @ValueSource(longs = {3945, 4702})
    void shouldCloseWhatADeadProcessAskedFor(final long seed) {
        assertNull(play(seed, new Workspace()).what());
    }

    /** A parent dies behind a connect that lies in its channel still; the child wants the record back. */
    @Test
    void shouldReadTheChannelOfADeadProcessOnceMore() {
        assertNull(play(8671, new Workspace()).what());
    }

    /** Bytes come while it is told how far its own are acknowledged, and the DPU has nothing else to do. */
    @Test
    void shouldTellOfBytesBehindThem() {
        assertNull(play(1635, new Workspace()).what());
    }

    /** A rogue is given up while its channel is about to be parked. */
    @ParameterizedTest
    @ValueSource(longs = {541, 5363})
    void shouldSleepAfterARogueIsGivenUp(final long seed) {
        assertNull(play(seed, new Workspace()).what());
    }

    /** An abort while the DPU has to ask where the bytes before it stand, and a SYN that comes again after it. */
    @ParameterizedTest
    @ValueSource(longs = {4733, 6679})
    void shouldSendWhatWasWrittenAheadOfAReset(final long seed) {
        assertNull(play(seed, new Workspace()).what());
    }

    /** A rogue that dies after it has written over a record that it holds. */
    @ParameterizedTest
    @ValueSource(longs = {5588, 7070})
    void shouldEndTheArenaOfARogueThatScribbled(final long seed) {
        assertNull(play(seed, new Workspace()).what());
    }

    /** Receive pools of a few chunks, all taken by what came beyond holes, or by what nobody reads for long. */
    @ParameterizedTest
    @ValueSource(longs = {1323, 3918, 5014, 6221, 8578, 8976})
    void shouldGoOnThoughReceiveMemoryRunsOut(final long seed) {
        assertNull(play(seed, new Workspace()).what());
    }

    @Test
    void shouldPlayTheSameRunAgain() {
        final Workspace used = new Workspace();
        play(20, used);
        final SeedRun.Outcome first = play(21, new Workspace());
        assertEquals(first, play(21, used));
        assertNotEquals(first.digest(), play(22, used).digest());
    }

    @Test
    void shouldNotDependOnTheNumberOfThreads() {
        final SeedSeries one = new SeedSeries(30, 6);
        one.play(1, QUIET);
        final SeedSeries three = new SeedSeries(30, 6);
        three.play(3, QUIET);
        assertEquals(one.virtualNs(), three.virtualNs());
        assertEquals(one.coverage().counters(), three.coverage().counters());
    }
}
