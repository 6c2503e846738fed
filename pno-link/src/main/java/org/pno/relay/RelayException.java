package org.pno.relay;

/** The link between {@code pno host} and the DPU cannot be, or is over; the message says why, for a person. */
public final class RelayException extends Exception {
    private static final long serialVersionUID = 1L;

    public RelayException(final String message) {
        super(message);
    }

    public RelayException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
