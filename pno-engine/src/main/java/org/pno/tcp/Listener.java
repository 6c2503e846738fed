package org.pno.tcp;

import java.util.concurrent.TimeUnit;

/** A passive open: LISTEN on an address, or on all of them, and a port. Keeps the connections that are half open. */
public final class Listener {
    final int number;
    final long localHi;
    final long localLo;
    final int localPort;
    final ConnectionSettings settings;

    /** Bound on {@link #mayOpenFast}'s queue whatever the program wants: what it may cost. */
    static final int MAX_FAST_OPEN_QUEUE = 4_096;
    /** As Linux: a connection opened fast that was reset counts for so long more, so that forged SYNs are few. */
    private static final long RESET_COUNTS_NS = TimeUnit.SECONDS.toNanos(60);

    /** The next listener on the same port and another address. */
    Listener nextOnPort;

    /** When the last cookie was given. */
    long cookieSentNs = Connection.NEVER;

    private Connection halfOpen;
    private int halfOpenCount;
    private int backlog;
    private int unproven;
    /** When those that were reset count no more, a ring. */
    private long[] resetUntilNs = {};

    private int firstReset;
    private int resetCount;

    Listener(
            final int number,
            final long localHi,
            final long localLo,
            final int localPort,
            final int backlog,
            final ConnectionSettings settings) {
        this.number = number;
        this.localHi = localHi;
        this.localLo = localLo;
        this.localPort = localPort;
        backlog(backlog);
        this.settings = new ConnectionSettings().copyFrom(settings);
    }

    /** The bound on unproven connections that were opened fast; 0: none are. Those there are stay. */
    void fastOpenQueue(final int length) {
        final long[] kept = new long[length];
        resetCount = Math.min(resetCount, length);
        for (int i = 0; i < resetCount; i++) {
            kept[i] = resetUntilNs[(firstReset + i) % resetUntilNs.length];
        }
        resetUntilNs = kept;
        firstReset = 0;
    }

    /** RFC 7413 4.2.1, PendingFastOpenRequests: there may be one more connection that only a cookie vouches for. */
    boolean mayOpenFast(final long nowNs) {
        while (resetCount > 0 && nowNs - resetUntilNs[firstReset] >= 0) {
            firstReset = (firstReset + 1) % resetUntilNs.length;
            resetCount--;
        }
        return unproven + resetCount < resetUntilNs.length;
    }

    /** A SYN with data has opened a connection. */
    void onOpenedFast() {
        unproven++;
    }

    /** It is proven now, or over. */
    void onProven() {
        unproven--;
    }

    /** Instead of {@link #onProven}: the peer has reset it. */
    void onUnprovenReset(final long nowNs) {
        unproven--;
        if (resetCount < resetUntilNs.length) {
            resetUntilNs[(firstReset + resetCount) % resetUntilNs.length] = nowNs + RESET_COUNTS_NS;
            resetCount++;
        }
    }

    /** The bound on half-open connections; those there are stay. */
    void backlog(final int bound) {
        backlog = Math.max(1, bound);
    }

    int backlog() {
        return backlog;
    }

    /** It takes both families, so one of a single family goes before it. */
    boolean isDual() {
        return localHi == 0 && localLo == 0;
    }

    /** It listens where the other one does. */
    boolean isAt(final Listener other) {
        return localHi == other.localHi && localLo == other.localLo;
    }

    boolean isFull() {
        return halfOpenCount >= backlog;
    }

    /** Half-open connections, linked by {@link Connection#nextHalfOpen}. */
    Connection firstHalfOpen() {
        return halfOpen;
    }

    void add(final Connection connection) {
        connection.listener = this;
        connection.previousHalfOpen = null;
        connection.nextHalfOpen = halfOpen;
        if (halfOpen != null) {
            halfOpen.previousHalfOpen = connection;
        }
        halfOpen = connection;
        halfOpenCount++;
    }

    void remove(final Connection connection) {
        if (connection.previousHalfOpen == null) {
            halfOpen = connection.nextHalfOpen;
        } else {
            connection.previousHalfOpen.nextHalfOpen = connection.nextHalfOpen;
        }
        if (connection.nextHalfOpen != null) {
            connection.nextHalfOpen.previousHalfOpen = connection.previousHalfOpen;
        }
        connection.nextHalfOpen = null;
        connection.previousHalfOpen = null;
        connection.listener = null;
        halfOpenCount--;
    }

    public int number() {
        return number;
    }

    public int localPort() {
        return localPort;
    }
}
