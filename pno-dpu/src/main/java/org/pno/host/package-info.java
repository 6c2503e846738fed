/**
 * {@code pno host}: serves the control socket where the DPU has a memory and a kernel of its own, and relays what is
 * said there. {@code docs/host.md} is the specification.
 */
package org.pno.host;
