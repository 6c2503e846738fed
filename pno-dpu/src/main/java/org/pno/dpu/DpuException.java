package org.pno.dpu;

/** The DPU cannot be started as it was asked to be. The message says what was wrong, with the value, and what to do. */
public final class DpuException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DpuException(final String message) {
        super(message);
    }

    public DpuException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
