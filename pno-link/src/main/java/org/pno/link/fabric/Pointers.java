package org.pno.link.fabric;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** Follows libfabric's pointers. Nothing is checked: the addresses come from the library itself. */
final class Pointers {
    /** All of memory: a constant, so that an access through it is a plain load or store. */
    private static final MemorySegment EVERYTHING = everything();

    private Pointers() {}

    @SuppressWarnings("restricted")
    private static MemorySegment everything() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    /** The 64 bits at an address: a pointer, a {@code size_t}, flags. */
    static long wide(final long address) {
        return EVERYTHING.get(JAVA_LONG, address);
    }

    static void wide(final long address, final long value) {
        EVERYTHING.set(JAVA_LONG, address, value);
    }

    /** The 32 bits at an address. */
    static int narrow(final long address) {
        return EVERYTHING.get(JAVA_INT, address);
    }

    static void narrow(final long address, final int value) {
        EVERYTHING.set(JAVA_INT, address, value);
    }

    /** The text at an address; a dash for NULL. */
    static String text(final long address) {
        return address == 0 ? "-" : EVERYTHING.getString(address);
    }

    /**
     * A function out of a table.
     *
     * @param what the function's name, for the message
     * @throws FabricException if the table has no such entry
     */
    static MemorySegment function(final long table, final int offset, final String what) {
        final boolean isThere = table != 0
                && Long.compareUnsigned(wide(table + FidDescriptor.TABLE_SIZE_OFFSET), offset) > 0
                && wide(table + offset) != 0;
        if (!isThere) {
            throw new FabricException("libfabric has no " + what + " for this object");
        }
        return MemorySegment.ofAddress(wide(table + offset));
    }
}
