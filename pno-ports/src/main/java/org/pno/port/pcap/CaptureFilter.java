package org.pno.port.pcap;

import java.util.List;

/**
 * Which frames are wanted: those of one of the connections, if any are named, and with the host at either end, and with
 * the port at either end. Both directions of a connection are meant.
 */
public final class CaptureFilter implements FrameGate {
    /**
     * A connection, or all at one end.
     *
     * @param port of the first end
     * @param otherHi address of the second end, 0/0 with port 0: any
     */
    public record Connection(long hi, long lo, int port, long otherHi, long otherLo, int otherPort) {
        private boolean hasOther() {
            return otherHi != 0 || otherLo != 0 || otherPort != 0;
        }

        boolean matches(final FrameEnds ends) {
            return isSource(ends, hi, lo, port) && (!hasOther() || isDestination(ends, otherHi, otherLo, otherPort))
                    || isDestination(ends, hi, lo, port)
                            && (!hasOther() || isSource(ends, otherHi, otherLo, otherPort));
        }
    }

    private final long hostHi;
    private final long hostLo;
    private final int port;
    private final Connection[] connections;

    /**
     * @param hostHi with {@code hostLo} an address, 0/0: any
     * @param port 0: any, and frames without ports too
     * @param connections none: all
     */
    public CaptureFilter(final long hostHi, final long hostLo, final int port, final List<Connection> connections) {
        this.hostHi = hostHi;
        this.hostLo = hostLo;
        this.port = port;
        this.connections = connections.toArray(Connection[]::new);
    }

    /** Everything. */
    public static CaptureFilter all() {
        return new CaptureFilter(0, 0, 0, List.of());
    }

    @Override
    public boolean admits(final FrameEnds ends, final boolean inbound) {
        return admitsHost(ends) && admitsPort(ends) && admitsConnection(ends);
    }

    private boolean admitsHost(final FrameEnds ends) {
        return hostHi == 0 && hostLo == 0
                || ends.sourceHi() == hostHi && ends.sourceLo() == hostLo
                || ends.destinationHi() == hostHi && ends.destinationLo() == hostLo;
    }

    private boolean admitsPort(final FrameEnds ends) {
        return port == 0 || ends.hasPorts() && (ends.sourcePort() == port || ends.destinationPort() == port);
    }

    private boolean admitsConnection(final FrameEnds ends) {
        if (connections.length == 0) {
            return true;
        }
        if (ends.hasPorts()) {
            for (final Connection connection : connections) {
                if (connection.matches(ends)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isSource(final FrameEnds ends, final long hi, final long lo, final int port) {
        return ends.sourcePort() == port && ends.sourceHi() == hi && ends.sourceLo() == lo;
    }

    private static boolean isDestination(final FrameEnds ends, final long hi, final long lo, final int port) {
        return ends.destinationPort() == port && ends.destinationHi() == hi && ends.destinationLo() == lo;
    }
}
