package org.pno.sys;

/** A set-up system call that the kernel refused: which call, with what arguments, and its errno. */
public final class SystemCallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final int errno;

    /**
     * @param call name of the call, with the arguments that matter: {@code open(/dev/net/tun)}
     * @param errno positive
     */
    public SystemCallException(final String call, final int errno) {
        super(call + ": " + Errno.describe(errno));
        this.call = call;
        this.errno = errno;
    }

    /** Positive errno, one of {@link Errno}. */
    public int errno() {
        return errno;
    }

    /** The call with its arguments. */
    public String call() {
        return call;
    }

    /**
     * Passes a result on, or throws if it is a negative errno.
     *
     * @param arguments the arguments that matter, for the message
     */
    static long check(final long result, final String function, final Object... arguments) {
        if (result >= 0) {
            return result;
        }
        final StringBuilder call = new StringBuilder(function).append('(');
        for (int i = 0; i < arguments.length; i++) {
            call.append(i == 0 ? "" : ", ").append(arguments[i]);
        }
        throw new SystemCallException(call.append(')').toString(), (int) -result);
    }
}
