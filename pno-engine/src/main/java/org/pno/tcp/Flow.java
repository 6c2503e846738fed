package org.pno.tcp;

/**
 * Who speaks with whom: what the flow table is searched by. Addresses are 128 bits in two longs, IPv4 as IPv4-mapped;
 * local is this stack, whichever way a segment went.
 */
public abstract sealed class Flow permits Connection, TimeWait, Segment {
    protected long localHi;
    protected long localLo;
    protected long remoteHi;
    protected long remoteLo;
    protected int localPort;
    protected int remotePort;
    /** Keyed hash of the six above. */
    int flowHash;

    Flow() {}

    final void copyFlow(final Flow other) {
        localHi = other.localHi;
        localLo = other.localLo;
        remoteHi = other.remoteHi;
        remoteLo = other.remoteLo;
        localPort = other.localPort;
        remotePort = other.remotePort;
        flowHash = other.flowHash;
    }

    final boolean isSameFlow(final Flow other) {
        return remoteLo == other.remoteLo
                && remotePort == other.remotePort
                && localPort == other.localPort
                && localLo == other.localLo
                && remoteHi == other.remoteHi
                && localHi == other.localHi;
    }

    public final long localHi() {
        return localHi;
    }

    public final long localLo() {
        return localLo;
    }

    public final long remoteHi() {
        return remoteHi;
    }

    public final long remoteLo() {
        return remoteLo;
    }

    public final int localPort() {
        return localPort;
    }

    public final int remotePort() {
        return remotePort;
    }

    /** What the program wants in IP's type of service or traffic class; the two bits of ECN do not count. */
    public int typeOfService() {
        return 0;
    }

    /** What the program wants as time to live or hop limit, or {@link ConnectionSettings#DEFAULT_HOPS}. */
    public int hops() {
        return ConnectionSettings.DEFAULT_HOPS;
    }
}
