package org.pno.tcp;

/** When to use explicit congestion notification (RFC 3168); Linux's tcp_ecn has the numbers 0, 2 and 1. */
public enum EcnMode {
    /** Never. */
    OFF,
    /** If the peer asks for it; Linux's default. */
    ACCEPT,
    /** Ask for it, too. */
    REQUEST
}
