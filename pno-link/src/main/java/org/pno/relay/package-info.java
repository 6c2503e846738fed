/**
 * The connection between {@code pno host} and a DPU that shares no memory with the host: keys, TLS, and the records
 * that stand for what the control socket carries on one machine. {@code docs/host.md} is the specification.
 */
package org.pno.relay;
