package org.pno.cli.compat.suites;

import java.util.regex.Pattern;

/** The Test Anything Protocol, as Perl's tests speak it. */
final class Tap {
    private static final Pattern PASSED = Pattern.compile("^ok \\d+", Pattern.MULTILINE);
    private static final Pattern FAILED = Pattern.compile("^not (ok \\d+.*)$", Pattern.MULTILINE);

    private Tap() {}

    static Outcome outcome(final String output, final boolean ended) {
        return Outcome.of(output, ended, PASSED, FAILED);
    }
}
