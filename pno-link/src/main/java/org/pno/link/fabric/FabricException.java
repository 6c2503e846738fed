package org.pno.link.fabric;

/** What a fabric refused, and why: in words that its user can act upon. */
public final class FabricException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FabricException(final String message) {
        super(message);
    }

    /**
     * Passes a result on, or throws if it is a negative error.
     *
     * @param call what was asked for, with the arguments that matter
     */
    static long check(final long result, final String call) {
        if (result < 0) {
            throw new FabricException(call + ": " + Libfabric.describe((int) -result));
        }
        return result;
    }
}
