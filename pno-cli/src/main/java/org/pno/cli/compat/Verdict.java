package org.pno.cli.compat;

/**
 * How a program did.
 *
 * @param version as it tells it, or nothing if it could not be asked
 * @param checks that held
 * @param why it did not pass; empty if it did
 */
public record Verdict(String name, String version, int checks, String why) {
    /** True if every check held. */
    public boolean passed() {
        return why.isEmpty();
    }
}
