package org.pno.cli.load;

/** A server answered something else than it must. */
final class WrongAnswer extends RuntimeException {
    private static final long serialVersionUID = 1;

    WrongAnswer(final String message) {
        super(message);
    }
}
