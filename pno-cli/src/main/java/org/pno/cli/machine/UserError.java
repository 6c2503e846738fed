package org.pno.cli.machine;

/** What the user can put right: shown as one line, without a stack trace. Says what was wrong and what to do. */
public final class UserError extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UserError(final String message) {
        super(message);
    }

    public UserError(final String message, final Throwable cause) {
        super(message, cause);
    }
}
