package org.pno.tcp;

import org.pno.sys.Errno;

/** How connections end: in order, by RST, by silence; and what has to be given back then. */
final class ConnectionLife {
    private final TcpContext context;
    private final ConnectionTimers timers;
    private final TimeWaits timeWaits;

    ConnectionLife(final TcpContext context, final ConnectionTimers timers, final TimeWaits timeWaits) {
        this.context = context;
        this.timers = timers;
        this.timeWaits = timeWaits;
    }

    /**
     * The connection is over for the peer; the host learns of it now, and {@link #settle} forgets it.
     *
     * @param error errno for the program, or 0
     */
    void end(final Connection connection, final int error) {
        if (connection.isClosed()) {
            return;
        }
        if (connection.listener != null) {
            leaveListener(connection);
        }
        if (connection.isUnproven()) {
            connection.fastOpen.unprovenOf.onProven();
            connection.fastOpen.unprovenOf = null;
        }
        connection.error = error;
        connection.changeState(TcpState.CLOSED);
        context.flows.remove(connection);
        timers.cancelAll(connection);
        context.markDirty(connection);
        if (connection.announced) {
            context.output.changed(connection.number);
        }
    }

    /** Ends the connection and tells the peer by RST, where there is a peer that knows of it (RFC 9293 3.10.5). */
    void abort(final Connection connection, final int error) {
        if (connection.isClosed()) {
            return;
        }
        connection.resetOwed = switch (connection.state()) {
            case SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT -> true;
            default -> false;
        };
        end(connection, error);
    }

    /** RFC 9293 3.8.3: the peer was silent for too long. */
    void timeOut(final Connection connection) {
        context.count(TcpCounter.TIMED_OUT);
        end(connection, connection.softError != 0 ? connection.softError : Errno.ETIMEDOUT);
    }

    /** The half-open connection is one no longer. */
    void leaveListener(final Connection connection) {
        connection.listener.remove(connection);
        context.halfOpenCount--;
    }

    /** After a flush: forgets a connection that has nothing more to say. What it marks dirty, comes here once more. */
    void settle(final Connection connection) {
        // Our ACK of all that the peer sent, its FIN included, is out; what still comes is answered without a
        // connection.
        final boolean allAcknowledged = connection.rcvAcked == connection.rcvNxt;
        switch (connection.state()) {
            case TIME_WAIT -> {
                if (allAcknowledged) {
                    timeWaits.enter(connection);
                    end(connection, 0);
                }
            }
            case LAST_ACK -> {
                if (allAcknowledged && connection.finAcknowledged()) {
                    end(connection, 0);
                }
            }
            case CLOSED -> {
                if (!connection.dirty) {
                    release(connection);
                }
            }
            default -> {}
        }
    }

    private void release(final Connection connection) {
        if (connection.announced) {
            context.output.released(connection.number);
        }
        context.pool.giveBack(connection);
    }
}
