package org.pno.time;

/** A monotonic clock. Only differences of its readings mean anything; code that is handed a time never asks for one. */
@FunctionalInterface
public interface NanoClock {
    /** Nanoseconds since an arbitrary moment; never less than it was before. */
    long nowNs();
}
