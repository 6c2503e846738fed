package org.pno.check;

/** Where a script can run. */
public enum Where {
    /** On our engine and on Linux, and it must pass on both. */
    BOTH,
    /** On our engine only; the script says why. */
    ENGINE,
    /** On Linux only; the script says why. */
    LINUX;

    /** True if a script of this kind runs on Linux, or else on our engine. */
    public boolean includes(final boolean linux) {
        return this == BOTH || (this == LINUX) == linux;
    }
}
