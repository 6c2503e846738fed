/**
 * The NIC bridge: joins the stack's intents and sockets, the host's arenas over {@link org.pno.link.HostMemory}, and
 * a packet port. It moves the payload, publishes what is true, and judges what comes from hosts. {@code
 * docs/bridge.md} is its design, {@code docs/link-protocol.md} what it speaks. Single-threaded.
 */
package org.pno.bridge;
