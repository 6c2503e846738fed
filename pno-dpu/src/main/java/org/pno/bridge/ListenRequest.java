package org.pno.bridge;

/**
 * What LISTEN asked for, and who is told when the record has been read: 0, or a negative errno.
 *
 * @param addressHi the address to listen on, or 0/0 for all of the DPU's
 */
public record ListenRequest(
        int generation, long addressHi, long addressLo, int port, int backlog, Completion completion) {}
