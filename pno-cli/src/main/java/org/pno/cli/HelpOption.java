package org.pno.cli;

import picocli.CommandLine.Option;

/** Every command has {@code --help}. */
final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean asked;
}
