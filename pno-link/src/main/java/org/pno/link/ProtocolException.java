package org.pno.link;

/**
 * The other side sent something that cannot be; the message says what, with the value. Never thrown on the hot path.
 */
public final class ProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    public ProtocolException(final String message) {
        super(message);
    }
}
