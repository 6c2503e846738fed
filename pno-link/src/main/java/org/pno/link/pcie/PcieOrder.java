package org.pno.link.pcie;

/** What the emulated engine keeps in order among operations that are under way. */
enum PcieOrder {
    /** Writes land as they were posted, and a read sees the writes posted before it: one queue of posted writes. */
    QUEUE,
    /** Nothing: each operation lands when its own time has come. */
    NONE
}
