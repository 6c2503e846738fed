package org.pno.cli.measure;

/**
 * What one run of a client measured.
 *
 * @param p50Micros half of the requests were answered in less
 * @param hostCpuMicrosPerRequest what the host's core was busy, softirqs included, for each request
 */
public record Sample(double requestsPerSecond, double p50Micros, double p99Micros, double hostCpuMicrosPerRequest) {}
