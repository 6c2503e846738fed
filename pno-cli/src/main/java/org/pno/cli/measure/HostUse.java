package org.pno.cli.measure;

/**
 * What a run used.
 *
 * @param hostMicros the host's core was busy, whoever kept it so, softirqs included
 * @param userMicros the server's programs were in user mode
 * @param hostBusy the share of the time that the host's core was busy
 * @param otherBusy the same of the busiest of the other cores
 * @param jitBusy what the compilers of the route's virtual machines took of a core
 */
public record HostUse(long hostMicros, long userMicros, double hostBusy, double otherBusy, double jitBusy) {}
