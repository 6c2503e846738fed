package org.pno.tcp;

import java.util.concurrent.TimeUnit;
import org.pno.counters.CounterGroup;
import org.pno.counters.Counters;

/** What all duties of one engine share: the present, who is dirty, where connections are, what is counted. */
final class TcpContext {
    final TcpConfiguration configuration;
    final TcpOutput output;
    final CounterGroup<TcpCounter> counters;
    final CounterGroup<DropReason> drops;
    final KeyedHash secret;
    /** Bounds on challenge ACKs and on RSTs for nobody. */
    final RateLimit challenges;

    final RateLimit resets;
    final FlowTable flows;
    final ConnectionPool pool;
    final FastOpen fastOpen;

    /** Passive opens that are half open. */
    int halfOpenCount;

    private long nowNs;
    private int timestampClock;

    private Connection firstDirty;
    private Connection lastDirty;

    TcpContext(final TcpConfiguration configuration, final TcpOutput output, final Counters counters) {
        this.configuration = configuration;
        this.output = output;
        this.counters = counters.addAll(TcpCounter.class);
        drops = counters.addAll(DropReason.class);
        secret = KeyedHash.strong(configuration.secret0, configuration.secret1);
        challenges = new RateLimit(secret.derive(4), configuration.challengesPerSecond);
        resets = new RateLimit(secret.derive(5), configuration.resetsPerSecond);
        flows = new FlowTable(
                KeyedHash.fast(configuration.secret1, configuration.secret0),
                configuration.maxConnections + configuration.maxTimeWait);
        pool = new ConnectionPool(configuration);
        fastOpen = new FastOpen(this);
    }

    void now(final long timeNs) {
        nowNs = timeNs;
        timestampClock = (int) TimeUnit.NANOSECONDS.toMillis(timeNs);
    }

    /** The present, as handed in with the call under way. */
    long nowNs() {
        return nowNs;
    }

    /** RFC 7323 5.4: the clock of timestamps, milliseconds as in Linux, before a connection's offset. */
    int timestampClock() {
        return timestampClock;
    }

    /** The connection has something to send, or to finish, at the next flush. */
    void markDirty(final Connection connection) {
        if (connection.dirty) {
            return;
        }
        connection.dirty = true;
        connection.nextDirty = null;
        if (lastDirty == null) {
            firstDirty = connection;
        } else {
            lastDirty.nextDirty = connection;
        }
        lastDirty = connection;
    }

    boolean hasDirty() {
        return firstDirty != null;
    }

    /** Takes the connection that has been dirty for longest, or null. */
    Connection takeDirty() {
        final Connection connection = firstDirty;
        if (connection != null) {
            firstDirty = connection.nextDirty;
            if (firstDirty == null) {
                lastDirty = null;
            }
            connection.nextDirty = null;
            connection.dirty = false;
        }
        return connection;
    }

    /** Puts back what {@link #takeDirty} took: it goes first at the next flush. */
    void putBackDirty(final Connection connection) {
        if (connection.dirty) {
            return;
        }
        connection.dirty = true;
        connection.nextDirty = firstDirty;
        firstDirty = connection;
        if (lastDirty == null) {
            lastDirty = connection;
        }
    }

    void count(final TcpCounter counter) {
        counters.increment(counter);
    }

    void drop(final DropReason reason) {
        drops.increment(reason);
    }
}
