package org.pno.dpu;

/**
 * A kernel with hosts on it, its users, and what names their sockets.
 *
 * @param tenants by the user numbers of that kernel
 */
record HostSide(HostKernel kernel, Identities identities, Tenants tenants) {}
