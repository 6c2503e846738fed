package org.pno.cli.measure;

/**
 * What a client told of its run.
 *
 * @param requests that were answered, rightly
 * @param p50Micros half of them were answered in less; NaN if it does not tell
 * @param p99Micros 99 of 100 were answered in less; NaN if it does not tell
 */
public record ToolReport(double requests, double seconds, double p50Micros, double p99Micros) {}
