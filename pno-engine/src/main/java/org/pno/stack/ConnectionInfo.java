package org.pno.stack;

/** What is known of one connection, for {@code pno ss}, the journal and tests. A mutable carrier, filled on request. */
public final class ConnectionInfo {
    /** RFC 9293 state's name in the spelling of ss(8): LISTEN, SYN-SENT, ESTAB … */
    public String state;

    public long localHi;
    public long localLo;
    public int localPort;
    public long remoteHi;
    public long remoteLo;
    public int remotePort;

    /** Initial sequence numbers. */
    public int iss;

    public int irs;

    /** Positions of RFC 9293's SND.UNA, SND.NXT, RCV.NXT and of the advertised right edge. */
    public long sndUna;

    public long sndNxt;
    public long rcvNxt;
    public long rcvEdge;

    /** Bytes: peer's window, window advertised, congestion window, slow start threshold (-1: none yet). */
    public long sndWndBytes;

    public long rcvWndBytes;
    public long cwndBytes;
    public long ssthreshBytes;

    public int mssBytes;
    public int sndWindowScale;
    public int rcvWindowScale;
    public boolean sackPermitted;
    public boolean timestamps;
    public int timestampOffset;

    /** Nanoseconds. */
    public long srttNs;

    public long rttvarNs;
    public long rtoNs;

    /** Bytes written by the host and not acknowledged; bytes received and not read. */
    public long sendQueueBytes;

    public long receiveQueueBytes;

    public long retransmittedSegments;
    public long segmentsIn;
    public long segmentsOut;
    public String congestionControl;
}
