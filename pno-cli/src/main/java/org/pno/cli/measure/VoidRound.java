package org.pno.cli.measure;

/** A run whose figures mean nothing: a client saw an error or a wrong answer. The message says what was seen. */
public final class VoidRound extends RuntimeException {
    private static final long serialVersionUID = 1;

    public VoidRound(final String message) {
        super(message);
    }
}
