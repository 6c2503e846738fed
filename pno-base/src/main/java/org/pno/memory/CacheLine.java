package org.pno.memory;

/** The unit in which processors share memory: what one side writes shares no line with what another writes. */
public final class CacheLine {
    public static final int BYTES = 64;

    private CacheLine() {}

    /** The least multiple of a cache line that is at least {@code value}. */
    public static long align(final long value) {
        return align(value, BYTES);
    }

    /**
     * The least multiple of {@code alignment} that is at least {@code value}.
     *
     * @param alignment a power of two
     */
    public static long align(final long value, final long alignment) {
        return (value + alignment - 1) & -alignment;
    }
}
