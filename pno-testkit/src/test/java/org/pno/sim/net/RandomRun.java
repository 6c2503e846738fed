package org.pno.sim.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.pno.stack.SocketOptions;
import org.pno.stack.StackConfiguration;
import org.pno.sys.Errno;
import org.pno.tcp.congestion.CongestionAlgorithm;

/** A run of two joined stacks of which a seed decides everything: programs, options, wire, faults. */
final class RandomRun {
    private static final int PORT = 6379;
    private static final long LIMIT_NS = TimeUnit.HOURS.toNanos(2);
    private static final long TIME_WAIT_NS = TimeUnit.SECONDS.toNanos(61);

    private static final long START_NS = TimeUnit.HOURS.toNanos(1);

    private RandomRun() {}

    private static StackConfiguration configuration(final CongestionAlgorithm congestion) {
        final StackConfiguration configuration = new StackConfiguration();
        configuration.tcp.congestion = congestion;
        return configuration;
    }

    /** Plays one run to its end; fails where something is not as it must be. */
    static SimulatedPair play(final long seed) {
        return play(seed, false, CongestionAlgorithm.CUBIC);
    }

    /** The same by IPv6, or with another congestion control. */
    static SimulatedPair play(final long seed, final boolean ipv6, final CongestionAlgorithm congestion) {
        final SplittableRandom random = new SplittableRandom(seed);
        final WireFaults faults = faults(random);
        final NodeBehaviour behaviour = behaviour(random);
        behaviour.ipv6 = ipv6;
        final String run = "seed " + seed + ": " + faults + "; " + behaviour;
        final SimulatedPair pair = new SimulatedPair(
                faults, behaviour, seed, START_NS, configuration(congestion), configuration(congestion));
        final List<TransferProgram> clients = new ArrayList<>();
        final List<TransferProgram> servers = new ArrayList<>();
        final boolean patient = random.nextInt(4) > 0;
        pair.node(1)
                .listen(
                        PORT,
                        16,
                        connection -> {
                            servers.add(program(random, patient));
                            return servers.getLast();
                        },
                        options(random));
        try {
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                clients.add(program(random, patient));
                assertTrue(pair.node(0).connect(PORT, clients.getLast(), options(random)) >= 0);
            }
            final boolean done = pair.runUntil(
                    () -> clients.stream().allMatch(TransferProgram::isClosed)
                            && servers.stream().allMatch(TransferProgram::isClosed)
                            && (!patient || servers.size() >= countConnected(clients)),
                    LIMIT_NS);
            assertTrue(done, () -> "not done after two hours; " + run);
            // On a bad wire ARP may find nobody; then connect says so, and nothing else went wrong.
            clients.removeIf(program -> program.error() == Errno.EHOSTUNREACH && program.bytesRead() == 0);
            if (patient) {
                checkTotals(clients, servers, run);
            }
            pair.run(LIMIT_NS / 10 + TIME_WAIT_NS);
            assertTrue(pair.node(0).stack().tcp().isPristine(), () -> "client left something; " + run);
            assertTrue(pair.node(1).stack().tcp().isPristine(), () -> "server left something; " + run);
            return pair;
        } catch (final AssertionError | RuntimeException e) {
            throw new AssertionError(run + "\n" + pair, e);
        }
    }

    private static WireFaults faults(final SplittableRandom random) {
        final WireFaults faults = new WireFaults();
        faults.superSegments = random.nextBoolean();
        faults.delayNs = random.nextLong(1_000, 20_000_000);
        faults.jitterNs = random.nextInt(3) == 0 ? faults.delayNs / 4 : 0;
        faults.lossChance = random.nextInt(3) == 0 ? 0 : random.nextDouble(0.05);
        faults.duplicateChance = random.nextInt(2) == 0 ? 0 : random.nextDouble(0.05);
        faults.reorderChance = random.nextInt(2) == 0 ? 0 : random.nextDouble(0.2);
        faults.reorderNs = 1 + random.nextLong(2 * faults.delayNs);
        faults.corruptChance = faults.superSegments || random.nextInt(3) > 0 ? 0 : random.nextDouble(0.01);
        return faults;
    }

    private static NodeBehaviour behaviour(final SplittableRandom random) {
        final NodeBehaviour behaviour = new NodeBehaviour();
        behaviour.publishDelayNs = random.nextInt(2) == 0 ? 0 : random.nextLong(5_000_000);
        behaviour.noFrameChance = random.nextInt(3) == 0 ? random.nextDouble(0.2) : 0;
        behaviour.noMemoryChance = random.nextInt(3) == 0 ? random.nextDouble(0.05) : 0;
        behaviour.noCreditChance = random.nextInt(3) == 0 ? random.nextDouble(0.5) : 0;
        return behaviour;
    }

    private static SocketOptions options(final SplittableRandom random) {
        final SocketOptions options = new SocketOptions();
        options.noDelay = random.nextBoolean();
        options.receiveBufferBytes = random.nextInt(3) == 0 ? 2_304 + random.nextInt(100_000) : 0;
        options.quickAck = random.nextInt(4);
        // A lost RST is not sent again: whoever then waits and has nothing to say learns of the end by keepalive only.
        options.keepAlive = true;
        options.keepIdleSeconds = 60;
        return options;
    }

    private static TransferProgram program(final SplittableRandom random, final boolean patient) {
        final long bytes = random.nextInt(4) == 0 ? random.nextInt(10) : random.nextInt(400_000);
        final int most = (int) (1 + bytes / 1_000 + random.nextInt(random.nextBoolean() ? 3_000 : 300_000));
        final TransferProgram.Plan plan = new TransferProgram.Plan(
                bytes,
                most,
                1 + most / 4 + random.nextInt(500_000),
                1_000 + random.nextLong(1_000_000),
                random.nextInt(3) == 0 ? random.nextLong(10_000_000_000L) : 0,
                patient || random.nextBoolean() ? Long.MAX_VALUE : random.nextLong(800_000),
                random.nextBoolean());
        return new TransferProgram(plan, random.nextLong());
    }

    private static long countConnected(final List<TransferProgram> clients) {
        return clients.stream().filter(program -> program.error() == 0).count();
    }

    /** Which server program served which client is not known; together they must have read what the others wrote. */
    private static void checkTotals(
            final List<TransferProgram> clients, final List<TransferProgram> servers, final String run) {
        clients.forEach(program -> assertEquals(0, program.error(), run));
        servers.forEach(program -> assertEquals(0, program.error(), run));
        assertEquals(sumWritten(clients), sumRead(servers), run);
        assertEquals(sumWritten(servers), sumRead(clients), run);
    }

    private static long sumWritten(final List<TransferProgram> programs) {
        return programs.stream().mapToLong(StreamProgram::written).sum();
    }

    private static long sumRead(final List<TransferProgram> programs) {
        return programs.stream().mapToLong(StreamProgram::bytesRead).sum();
    }
}
