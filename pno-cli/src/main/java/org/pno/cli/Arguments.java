package org.pno.cli;

import org.pno.cli.machine.UserError;

/** Bounds of what is given on the command line. */
final class Arguments {
    private Arguments() {}

    static void positive(final String name, final double value) {
        if (!(value > 0)) {
            throw new UserError(name + " must be more than 0, and was " + value + ".");
        }
    }
}
