/**
 * Real programs from the distribution, over PnO in a {@link org.pno.cli.lab.Lab}, driven from the kernel's TCP on the
 * peer. What the kernel does with the same program is measured in the same lab and is what is expected.
 *
 * <ul>
 *   <li>{@code DemoTest}: the demo's report, and that a killed demo leaves nothing.
 *   <li>{@code LabTest}: the lab stands, and ends with whoever opened it.
 *   <li>{@code DataIntegrityTest}: 200,000 keys, and 16 MB over a wire with faults, by their digests.
 *   <li>{@code DeathTest}: the program killed, its BGSAVE child alive or not; the DPU killed; nothing left behind.
 *   <li>{@code IdleTest}: CPU time of an idle program and an idle DPU.
 *   <li>{@code PortConflictTest}: ports stay the kernel's.
 *   <li>{@code ProgramsTest}: redis-cli, redis-benchmark and redis-server in their ways; 10,000 connections.
 *   <li>{@code OrdinaryUserTest}: all of it without root.
 * </ul>
 *
 * Helpers: {@code Testbed} is a lab with what runs in it, {@code Redis} and {@code PeerConnections} run there,
 * {@code DpuView} is what the DPU tells, {@code KeySet} what is carried.
 */
package org.pno.system;
