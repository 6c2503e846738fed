package org.pno.bridge;

/**
 * What LISTEN asked for, and who is told when the record has been read: 0, or a negative errno.
 *
 * @param addressHi the address to listen on, or what stands for many: {@code IpAddress.ANY}, {@code ANY_IPV4},
 *     {@code ANY_IPV6}
 */
public record ListenRequest(
        int generation, long addressHi, long addressLo, int port, int backlog, Completion completion) {}
