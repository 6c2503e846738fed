package org.pno.link;

import java.io.IOException;
import org.pno.sys.Errno;

/** The DPU refused a request; the message is its own words. */
public final class ControlException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    ControlException(final int errno, final String text) {
        super(text + " [" + Errno.name(errno) + "]");
        this.errno = errno;
    }

    /** Linux errno by which the DPU refused. */
    public int errno() {
        return errno;
    }
}
