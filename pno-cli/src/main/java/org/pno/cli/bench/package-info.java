/**
 * The instrument of {@code pno bench}: workloads, the ways to them, rounds over both transports, and what is told of
 * them. A workload is a server program on the host's core; its clients and the DPU have the other cores.
 */
package org.pno.cli.bench;
