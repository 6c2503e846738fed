package org.pno.bridge;

/** The two ends of a connection; addresses are 128 bits, IPv4 as mapped. */
record ConnectionAddresses(long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remotePort) {}
