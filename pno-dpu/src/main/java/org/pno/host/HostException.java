package org.pno.host;

/** {@code pno host} cannot start, or cannot go on. The message says why, and what to do. */
public final class HostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HostException(final String message) {
        super(message);
    }

    HostException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
