package org.pno.link.fabric;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.pno.sys.NativeLibrary;

/** Any object of libfabric: a struct that begins with {@code struct fid}. Used by one thread at a time. */
abstract class Fid implements AutoCloseable {
    private static final MethodHandle CLOSE = NativeLibrary.caller(JAVA_INT, JAVA_LONG);
    private static final MethodHandle BIND = NativeLibrary.caller(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle CONTROL = NativeLibrary.caller(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG);

    private final String what;
    private final long address;
    private boolean isClosed;

    /**
     * @param what for messages: {@code endpoint}
     * @param address of the struct
     */
    Fid(final String what, final long address) {
        this.what = what;
        this.address = address;
    }

    final long address() {
        return address;
    }

    /** A table of functions that the struct points to. */
    final long table(final int offset) {
        return Pointers.wide(address + offset);
    }

    final void bind(final Fid other, final long flags) {
        final MemorySegment function =
                Pointers.function(table(FidDescriptor.OPS_OFFSET), FidDescriptor.BIND_OFFSET, "bind");
        try {
            FabricException.check(
                    (long) BIND.invokeExact(function, address, other.address(), flags),
                    "binding " + what + " to " + other.what);
        } catch (final FabricException e) {
            throw e;
        } catch (final Throwable e) {
            throw Libfabric.unexpected(e);
        }
    }

    /** A result, or a negative error. */
    final int control(final int command, final long argument) {
        final MemorySegment function =
                Pointers.function(table(FidDescriptor.OPS_OFFSET), FidDescriptor.CONTROL_OFFSET, "control");
        try {
            return (int) (long) CONTROL.invokeExact(function, address, (long) command, argument);
        } catch (final Throwable e) {
            throw Libfabric.unexpected(e);
        }
    }

    /**
     * Ends the object. What is made of it must have been closed before. Once is enough; an error has no cure, so none
     * is told.
     */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        final MemorySegment function =
                Pointers.function(table(FidDescriptor.OPS_OFFSET), FidDescriptor.CLOSE_OFFSET, "close");
        try {
            final long ignored = (long) CLOSE.invokeExact(function, address);
        } catch (final Throwable e) {
            throw Libfabric.unexpected(e);
        }
    }
}
