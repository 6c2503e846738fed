/**
 * The host–DPU protocol: layouts of the arena, rings, handshake messages, and {@link org.pno.link.HostMemory}, the one
 * interface by which the DPU crosses the bus. {@code docs/link-protocol.md} is the specification. The descriptors here
 * are the one source of the numbers in the shim's {@code pno_layout.h}.
 */
package org.pno.link;
