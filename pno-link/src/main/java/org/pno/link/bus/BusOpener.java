package org.pno.link.bus;

import org.pno.link.HostMemory;
import org.pno.time.NanoClock;

/** A bus whose spec has been judged and that can be opened. */
@FunctionalInterface
public interface BusOpener {
    /**
     * Opens it, for one thread.
     *
     * @throws BusException if that fails
     */
    HostMemory open(NanoClock clock);
}
