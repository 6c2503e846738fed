package org.pno.sim.world;

/** What can go wrong in a run. */
public enum FaultKind {
    LOSS,
    BURSTS,
    REORDERING,
    DUPLICATION,
    CORRUPTION,
    JITTER,
    /** A slow link with a queue that marks (ECN) and drops. */
    RATE,
    /** The path's MTU shrinks for a while. */
    MTU,
    PARTITION,
    /** A DPU's process stands still for a while. */
    PAUSE,
    /** Somebody on the network sends what he likes. */
    ATTACK,
    /** A middle box takes options out of SYNs. */
    STRIPPING,
    /** A host's channels are locked at times: overflows instead of submissions. */
    CROWDING,
    /** Listeners are closed and opened again. */
    RESTART,

    // Of the second draw, see Extras.
    /** Routers cut packets into fragments. */
    FRAGMENTS,
    /** Somebody sends fragments that overlap, lack parts or come in floods. */
    FALSE_FRAGMENTS,
    /** A process dies with sockets open, alone or as one of a family. */
    DEATH;

    /** So many of the kinds are drawn first. */
    static final int OF_THE_FIRST_DRAW = RESTART.ordinal() + 1;
}
