package org.pno.cli.bench;

/** Who loads the servers. */
public enum ClientKind {
    /** A program of the distribution, over the peer's kernel. */
    REAL,
    /** Our own load generator on our own engine. */
    LEAN
}
