package org.pno.tcp;

/** What is left of a connection in TIME-WAIT: enough to answer the peer's last segments and to let a new SYN in. */
final class TimeWait extends Flow {
    int sndNxt;
    int rcvNxt;
    int windowField;
    boolean timestamps;
    int tsRecent;
    int timestampOffset;
    int typeOfService;
    int hops;
    long enteredNs;
    long expiresNs;
    long lastAckNs;

    TimeWait next;
    TimeWait previous;

    @Override
    public int typeOfService() {
        return typeOfService;
    }

    @Override
    public int hops() {
        return hops;
    }
}
