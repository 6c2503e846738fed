/**
 * The lab: two hosts on one machine, joined by the kernel's way (10.78.0.1 to 10.78.0.2) and by PnO's (10.77.0.1 to
 * 10.77.0.2), each by IPv6 too (fd78:: and fd77::), in namespaces that end with the process that holds
 * them. The demo, the benchmarks and the system tests stand on it.
 */
package org.pno.cli.lab;
