package org.pno.control;

/** A control socket cannot be made where it should be. The message says why, with the path, and what to do. */
public final class SocketPlaceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SocketPlaceException(final String message) {
        super(message);
    }

    SocketPlaceException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
