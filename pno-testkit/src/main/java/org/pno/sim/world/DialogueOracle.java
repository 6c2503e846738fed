package org.pno.sim.world;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pno.sys.Errno;

/**
 * Judges how the programs of a dialogue ended: every byte arrived once and in order, or an error was reported; and no
 * error came without a cause.
 */
final class DialogueOracle {
    private DialogueOracle() {}

    static void check(final Dialogue dialogue, final Scenario scenario, final WireObserver observer) {
        final Map<Long, SocketProgram> servers = new HashMap<>();
        for (final SocketProgram server : dialogue.servers()) {
            if (servers.put(server.flow(), server) != null) {
                servers.put(server.flow(), null); // The same ports twice: nobody knows which was which.
            }
        }
        final Map<Long, Integer> connections = new HashMap<>();
        dialogue.clients().forEach(client -> connections.merge(client.flow(), 1, Integer::sum));
        for (final SocketProgram client : dialogue.clients()) {
            if (client.connectError() == 0 && client.flow() >= 0 && connections.get(client.flow()) == 1) {
                final long flow = FlowKey.reverse(client.flow());
                if (servers.get(flow) != null) {
                    checkPair(client, servers.get(flow), scenario, observer);
                } else if (!servers.containsKey(flow) && !hasDiedUnknowing(dialogue)) {
                    checkUnaccepted(client);
                }
            }
        }
        checkStrangers(dialogue.servers(), dialogue.clients());
        if (!dialogue.opensAtOnce() && !scenario.mayRefuse()) {
            dialogue.clients().stream()
                    .filter(client -> isOfThePeer(client.connectError()))
                    .forEach(client -> fail("a connect fails without a cause", client, client));
        }
    }

    /**
     * Where both sides open at once, the other one may have died before it knew that it was connected. If its SYN had
     * been answered by then, its end is as that of any other: as in Linux, the stream ends in order.
     */
    private static boolean hasDiedUnknowing(final Dialogue dialogue) {
        return dialogue.opensAtOnce()
                && dialogue.servers().stream().anyMatch(server -> server.flow() < 0 && server.hasDied());
    }

    /** True for an error that says something of the peer or the way to it, not of our own ports and memory. */
    private static boolean isOfThePeer(final int errno) {
        return isOfSilence(errno) || errno == Errno.ECONNREFUSED || errno == Errno.ECONNRESET;
    }

    private static void checkPair(
            final SocketProgram client,
            final SocketProgram server,
            final Scenario scenario,
            final WireObserver observer) {
        checkStream(client, server);
        checkStream(server, client);
        final boolean hasError = client.error() != 0 || server.error() != 0;
        if (hasError
                && !hasCause(client, scenario)
                && !hasCause(server, scenario)
                && !isRefused(client, server, observer)
                && !isAnsweredTooLate(client, server, scenario)
                && !isAnsweredTooLate(server, client, scenario)) {
            fail("an error without a cause", client, server);
        }
        if (!hasError && !client.hasLeftEarly() && !server.hasLeftEarly()) {
            checkSeen(client, server);
            checkSeen(server, client);
        }
        checkDeath(client, server);
        checkDeath(server, client);
    }

    private static void checkStream(final SocketProgram reader, final SocketProgram writer) {
        if (reader.bytesRead() > writer.written()) {
            fail("read " + reader.bytesRead() + " of " + writer.written() + " bytes written", reader, writer);
        }
        if (reader.hasSeenEnd() && reader.bytesRead() != writer.written()) {
            fail("the stream ends after " + reader.bytesRead() + " of " + writer.written() + " bytes", reader, writer);
        }
    }

    /** As in Linux: a process that dies with bytes unread resets; else its stream ends in order. */
    private static void checkDeath(final SocketProgram reader, final SocketProgram dead) {
        if (dead.mustHaveReset() && reader.hasSeenEnd()) {
            fail("the stream of a dead process ends in order although it had bytes to read", reader, dead);
        }
    }

    private static void checkSeen(final SocketProgram reader, final SocketProgram writer) {
        if (reader.hasDied()) {
            return;
        }
        if (!reader.hasSeenEnd() && reader.plan().end().manner() == Plan.Manner.ORDERLY) {
            fail("neither the end nor an error was seen", reader, writer);
        }
        if (reader.bytesRead() != writer.written()) {
            fail("read " + reader.bytesRead() + " of " + writer.written() + " bytes", reader, writer);
        }
    }

    /** One that leaves early resets the connection if bytes are unread; an outage may outlast patience. */
    private static boolean hasCause(final SocketProgram program, final Scenario scenario) {
        return program.hasLeftEarly() || program.hasDied() || scenario.isLongOutage() && isOfSilence(program.error());
    }

    /** The listener kept nothing of the handshake, and what overtook its last ACK was answered by RST. */
    private static boolean isRefused(
            final SocketProgram client, final SocketProgram server, final WireObserver observer) {
        return isOfReset(client.error()) && isOfReset(server.error()) && observer.hasRefused(server.flow());
    }

    /**
     * Both streams have arrived whole, ends included; but the ACK of {@code late}'s FIN was lost, and when the FIN came
     * again, TIME-WAIT was over at the other node, whose configuration makes it short. RFC 9293 3.6.1 wants 2 MSL of it
     * for that very case. As in Linux the RST is an error of whoever has not closed yet.
     */
    private static boolean isAnsweredTooLate(
            final SocketProgram late, final SocketProgram other, final Scenario scenario) {
        return late.error() == Errno.ECONNRESET
                && other.error() == 0
                && late.hasSeenEnd()
                && other.hasSeenEnd()
                && late.bytesRead() == other.written()
                && other.bytesRead() == late.written()
                && scenario.hasShortTimeWait(other.process().node());
    }

    private static boolean isOfReset(final int errno) {
        return errno == 0 || errno == Errno.ECONNRESET || errno == Errno.EPIPE;
    }

    private static boolean isOfSilence(final int errno) {
        return errno == Errno.ETIMEDOUT || errno == Errno.EHOSTUNREACH || errno == Errno.ENETUNREACH;
    }

    /** The listener never gave it to a program: it was reset, or never existed for the server. */
    private static void checkUnaccepted(final SocketProgram client) {
        if (client.bytesRead() != 0) {
            fail("read from nobody", client, client);
        }
        if (client.error() == 0 && client.hasSeenEnd()) {
            fail("nobody has accepted, yet the stream ended in order", client, client);
        }
    }

    private static void checkStrangers(final List<SocketProgram> servers, final List<SocketProgram> clients) {
        for (final SocketProgram server : servers) {
            final boolean isKnown = clients.stream()
                    .anyMatch(client -> client.flow() == FlowKey.reverse(server.flow()) || client.flow() < 0);
            if (!isKnown && server.flow() >= 0 && server.bytesRead() != 0) {
                fail("read from a stranger", server, server);
            }
        }
    }

    private static void fail(final String what, final SocketProgram one, final SocketProgram other) {
        throw new OracleFailure(what + ":\n    " + one + "\n    " + other);
    }
}
