package org.pno.tcp;

/** A passive open: LISTEN on an address, or on all of them, and a port. Keeps the connections that are half open. */
public final class Listener {
    final int number;
    final long localHi;
    final long localLo;
    final int localPort;
    final ConnectionSettings settings;

    /** The next listener on the same port and another address. */
    Listener nextOnPort;

    /** When the last cookie was given. */
    long cookieSentNs = Connection.NEVER;

    private Connection halfOpen;
    private int halfOpenCount;
    private int backlog;

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

    /** The bound on half-open connections; those there are stay. */
    void backlog(final int bound) {
        backlog = Math.max(1, bound);
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
