package org.pno.ip;

/** What is known of a neighbour's link address; RFC 4861 7.3.2's states, which fit ARP as well. */
public enum NeighbourState {
    /** Asked for by broadcast or multicast, not answered yet. */
    INCOMPLETE,
    /** Confirmed a short while ago. */
    REACHABLE,
    /** Known, and confirmed long ago or never. Used all the same; the first use asks for confirmation. */
    STALE,
    /** Known, in use, and to be asked soon unless TCP confirms it before (RFC 4861 7.3.3; ARP skips this). */
    DELAY,
    /** Known, in use, and asked for confirmation by unicast (RFC 1122 2.3.2.1, method 2). */
    PROBE,
    /** Did not answer. The next use asks anew. */
    FAILED
}
