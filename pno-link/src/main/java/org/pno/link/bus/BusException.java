package org.pno.link.bus;

/** A bus that does not exist, is said wrongly or cannot be opened. The message names the value and what to do. */
public final class BusException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BusException(final String message) {
        super(message);
    }

    public BusException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
