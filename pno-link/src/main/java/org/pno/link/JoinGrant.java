package org.pno.link;

/**
 * What a process is given that has shown a socket's identity. The descriptors are the receiver's to close.
 *
 * @param arena the DPU's number of it
 * @param role one of the ROLE values of {@link HandshakeDescriptor}
 * @param memory the arena
 * @param family the memory that the arena's processes share beside it
 */
public record JoinGrant(int arena, int record, int generation, int role, int memory, int family) {}
