package org.pno.tcp;

import java.util.ArrayList;
import java.util.List;
import org.pno.tcp.congestion.CongestionAlgorithm;
import org.pno.tcp.congestion.CongestionControl;

/**
 * Connections and what they own while they need it: made when first wanted, up to a bound, and used again after. A
 * connection's number is its place here.
 */
final class ConnectionPool {
    /** Stretches of a send log for each that SACK may report: one before it, and its like to tell times apart. */
    private static final int SEND_LOG_FACTOR = 4;

    private final TcpConfiguration configuration;
    private final Connection[] connections;
    /** Numbers of those free, a stack: the warm ones go first. */
    private final int[] free;

    private int freeCount;
    private int madeCount;

    /** Controllers that connections have left for another kind, by the kind's ordinal. */
    private final List<Shelf<CongestionControl>> controllers = shelves(CongestionAlgorithm.values().length);

    private final ReassemblyTotals totals;
    private final Shelf<Reassembly> reassemblies = new Shelf<>();
    private final Shelf<SackScoreboard> scoreboards = new Shelf<>();
    private final Shelf<SendLog> sendLogs = new Shelf<>();

    ConnectionPool(final TcpConfiguration configuration) {
        this.configuration = configuration;
        totals = new ReassemblyTotals(configuration.maxOutOfOrderBytes, configuration.maxOutOfOrderExtents);
        connections = new Connection[configuration.maxConnections];
        free = new int[configuration.maxConnections];
    }

    /** A connection as new, or null if all are taken. */
    Connection take(final long nowNs) {
        final Connection connection;
        if (freeCount > 0) {
            connection = connections[free[--freeCount]];
        } else if (madeCount < connections.length) {
            connection = new Connection(madeCount, configuration);
            connection.congestion = configuration.congestion.make();
            connections[madeCount++] = connection;
        } else {
            return null;
        }
        connection.reset(nowNs);
        ReceiveWindow.begin(connection, configuration);
        connection.inUse = true;
        return connection;
    }

    private static List<Shelf<CongestionControl>> shelves(final int count) {
        final List<Shelf<CongestionControl>> shelves = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            shelves.add(new Shelf<>());
        }
        return shelves;
    }

    /**
     * Gives the connection the congestion control that its settings want. It keeps it when it goes back to the pool,
     * so where all are of one kind nothing moves.
     *
     * @return the controller that it had before, which is on its shelf now, or null if it has the right one already
     */
    CongestionControl chooseCongestion(final Connection connection) {
        final CongestionAlgorithm chosen = connection.settings.congestion;
        final CongestionAlgorithm wanted = chosen != null ? chosen : configuration.congestion;
        final CongestionControl old = connection.congestion;
        if (old.algorithm() == wanted) {
            return null;
        }
        final CongestionControl kept = controllers.get(wanted.ordinal()).take();
        connection.congestion = kept != null ? kept : wanted.make();
        controllers.get(old.algorithm().ordinal()).put(old);
        return old;
    }

    /** Takes a closed connection back. */
    void giveBack(final Connection connection) {
        giveBackReassembly(connection);
        giveBackScoreboard(connection);
        giveBackSendLog(connection);
        connection.inUse = false;
        free[freeCount++] = connection.number;
    }

    /** The connection with this number, or null if nobody has it. */
    Connection get(final int number) {
        if (number < 0 || number >= madeCount) {
            return null;
        }
        final Connection connection = connections[number];
        return connection.inUse ? connection : null;
    }

    int inUseCount() {
        return madeCount - freeCount;
    }

    /** Numbers handed out so far: all that may be in use are below. */
    int madeCount() {
        return madeCount;
    }

    Reassembly reassemblyFor(final Connection connection) {
        if (connection.reassembly == null) {
            final Reassembly kept = reassemblies.take();
            connection.reassembly = kept != null ? kept : new Reassembly(configuration.maxHoles, totals);
        }
        return connection.reassembly;
    }

    void giveBackReassembly(final Connection connection) {
        if (connection.reassembly != null) {
            connection.reassembly.clear();
            reassemblies.put(connection.reassembly);
            connection.reassembly = null;
        }
    }

    /** What all connections have beyond holes. */
    ReassemblyTotals reassemblyTotals() {
        return totals;
    }

    SackScoreboard scoreboardFor(final Connection connection) {
        if (connection.scoreboard == null) {
            final SackScoreboard kept = scoreboards.take();
            connection.scoreboard = kept != null ? kept : new SackScoreboard(configuration.maxSackedStretches);
        }
        return connection.scoreboard;
    }

    void giveBackScoreboard(final Connection connection) {
        if (connection.scoreboard != null) {
            connection.scoreboard.clear();
            scoreboards.put(connection.scoreboard);
            connection.scoreboard = null;
        }
    }

    SendLog sendLogFor(final Connection connection) {
        if (connection.sendLog == null) {
            final SendLog kept = sendLogs.take();
            connection.sendLog = kept != null ? kept : new SendLog(SEND_LOG_FACTOR * configuration.maxSackedStretches);
        }
        return connection.sendLog;
    }

    void giveBackSendLog(final Connection connection) {
        if (connection.sendLog != null) {
            connection.sendLog.clear();
            sendLogs.put(connection.sendLog);
            connection.sendLog = null;
        }
    }

    /** Reassemblies, scoreboards and send logs that connections have at the moment. */
    int lentCount() {
        return reassemblies.lentCount() + scoreboards.lentCount() + sendLogs.lentCount();
    }
}
