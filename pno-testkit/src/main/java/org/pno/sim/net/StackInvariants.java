package org.pno.sim.net;

import org.pno.stack.ConnectionInfo;
import org.pno.stack.NetworkStack;

/** What holds between RFC 9293's variables of a connection, at every moment. */
final class StackInvariants {
    private final ConnectionInfo info = new ConnectionInfo();

    void check(final NetworkStack stack, final StreamProgram program) {
        if (program == null || program.isReleased()) {
            return;
        }
        final int connection = program.connection();
        stack.describe(connection, info);
        require(info.sndUna <= info.sndNxt, "SND.UNA <= SND.NXT", connection);
        require(info.sndNxt <= program.written() + 1, "SND.NXT <= written, SYN and FIN aside", connection);
        require(info.rcvNxt <= info.rcvEdge + 1, "RCV.NXT <= the edge, FIN aside", connection);
        require(program.bytesRead() <= stack.rxCommittable(connection), "read <= received", connection);
        require(info.cwndBytes >= info.mssBytes, "a window of a segment at least", connection);
        require(stack.txAcked(connection) <= program.written(), "acknowledged <= written", connection);
        require(info.rtoNs >= 200_000_000L && info.rtoNs <= 120_000_000_000L, "RTO in its bounds", connection);
    }

    private void require(final boolean holds, final String what, final int connection) {
        if (!holds) {
            throw new AssertionError(
                    "connection " + connection + " " + info.state + ": not " + what + ": UNA " + info.sndUna
                            + " NXT " + info.sndNxt + " RCV.NXT " + info.rcvNxt + " edge " + info.rcvEdge + " cwnd "
                            + info.cwndBytes + " RTO " + info.rtoNs);
        }
    }
}
