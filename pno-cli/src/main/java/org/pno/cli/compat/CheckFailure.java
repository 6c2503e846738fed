package org.pno.cli.compat;

/** A check of a program failed; the message says which, and what was seen. */
final class CheckFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    CheckFailure(final String message) {
        super(message);
    }
}
