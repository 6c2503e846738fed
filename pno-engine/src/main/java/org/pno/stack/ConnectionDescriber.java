package org.pno.stack;

import org.pno.tcp.Connection;
import org.pno.tcp.congestion.CongestionControl;

/** Fills {@link ConnectionInfo} from a connection. */
final class ConnectionDescriber {
    private ConnectionDescriber() {}

    static void describe(final Connection connection, final ConnectionInfo info) {
        info.state = connection.shownState().ssName();
        info.localHi = connection.localHi();
        info.localLo = connection.localLo();
        info.localPort = connection.localPort();
        info.remoteHi = connection.remoteHi();
        info.remoteLo = connection.remoteLo();
        info.remotePort = connection.remotePort();
        describeHandshake(connection, info);
        describeStreams(connection, info);
        describeSending(connection, info);
        info.segmentsIn = connection.segmentsIn();
        info.segmentsOut = connection.segmentsOut();
    }

    private static void describeHandshake(final Connection connection, final ConnectionInfo info) {
        info.iss = connection.initialSendSequence();
        info.irs = connection.initialReceiveSequence();
        info.mssBytes = connection.mssBytes();
        info.sndWindowScale = connection.sendWindowScale();
        info.rcvWindowScale = connection.receiveWindowScale();
        info.sackPermitted = connection.sackPermitted();
        info.timestamps = connection.timestamps();
        info.timestampOffset = connection.timestampOffset();
    }

    private static void describeStreams(final Connection connection, final ConnectionInfo info) {
        info.sndUna = connection.sendUnacknowledged();
        info.sndNxt = connection.sendNext();
        info.rcvNxt = connection.receiveNext();
        info.rcvEdge = connection.receiveEdge();
        info.sndWndBytes = connection.sendWindowBytes();
        info.rcvWndBytes = connection.receiveWindowBytes();
        info.sendQueueBytes = connection.sendQueueBytes();
        info.receiveQueueBytes = connection.receiveQueueBytes();
    }

    private static void describeSending(final Connection connection, final ConnectionInfo info) {
        final CongestionControl congestion = connection.congestionControl();
        info.congestionControl = congestion.name();
        info.cwndBytes = congestion.windowBytes();
        final long threshold = congestion.thresholdBytes();
        info.ssthreshBytes = threshold == CongestionControl.NO_THRESHOLD ? -1 : threshold;
        info.srttNs = connection.smoothedRttNs();
        info.rttvarNs = connection.rttVariationNs();
        info.rtoNs = connection.retransmissionTimeoutNs();
        info.retransmittedSegments = connection.retransmittedSegments();
    }
}
