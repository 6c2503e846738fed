package org.pno.cli.measure;

/**
 * What one run over one route measured.
 *
 * @param userMicrosPerRequest the programs' own work for each request
 * @param use of the cores
 */
public record Reading(Sample sample, double userMicrosPerRequest, HostUse use) {
    /** From what the client told and what the cores did meanwhile. */
    public static Reading of(final ToolReport report, final HostUse use) {
        return new Reading(
                new Sample(
                        report.requests() / report.seconds(),
                        report.p50Micros(),
                        report.p99Micros(),
                        use.hostMicros() / report.requests()),
                use.userMicros() / report.requests(),
                use);
    }
}
