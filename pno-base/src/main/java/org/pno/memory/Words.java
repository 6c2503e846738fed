package org.pno.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Words of shared memory with explicit ordering. Offsets are aligned to the word's size, in native or mapped segments.
 * Each call site names the read or write it pairs with.
 */
public final class Words {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private Words() {}

    public static long getPlain(final MemorySegment segment, final long offset) {
        return (long) LONG.get(segment, offset);
    }

    public static void setPlain(final MemorySegment segment, final long offset, final long value) {
        LONG.set(segment, offset, value);
    }

    /** A whole word that some other thread or process writes; in no order with anything else. */
    public static long getOpaque(final MemorySegment segment, final long offset) {
        return (long) LONG.getOpaque(segment, offset);
    }

    public static void setOpaque(final MemorySegment segment, final long offset, final long value) {
        LONG.setOpaque(segment, offset, value);
    }

    /** What was written before the release of the value read here is seen after this. */
    public static long getAcquire(final MemorySegment segment, final long offset) {
        return (long) LONG.getAcquire(segment, offset);
    }

    /** What was written before this is seen by whoever acquires the value. */
    public static void setRelease(final MemorySegment segment, final long offset, final long value) {
        LONG.setRelease(segment, offset, value);
    }

    public static void setIntRelease(final MemorySegment segment, final long offset, final int value) {
        INT.setRelease(segment, offset, value);
    }

    /** Nothing moves across it, stores before loads included: what Dekker's handshakes need. */
    public static void fullFence() {
        VarHandle.fullFence();
    }
}
