package org.pno.sim.world;

/** Something is not as it must be: the message says what. It ends the run. */
public final class OracleFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public OracleFailure(final String message) {
        super(message);
    }
}
