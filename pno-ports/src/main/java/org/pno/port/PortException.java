package org.pno.port;

/** A port that cannot be opened, or has gone. The message says which, why, and what to do about it. */
public final class PortException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PortException(final String message) {
        super(message);
    }

    public PortException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
