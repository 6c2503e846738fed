package org.pno.sys;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.Optional;

/**
 * One libc function, called with longs and answering like a raw system call: the result, or a negative errno. The
 * arguments are narrowed to what the C prototype wants, so that each call has the right ABI.
 *
 * <p>A hot call site keeps the {@link #handle} itself in a static final field and invokes it exactly: only then does
 * the JIT always see a constant, and inline the call down to the instruction. Through {@link #call}, it may not.
 */
record LibcFunction(String name, MethodHandle handle) {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");
    private static final MethodHandle LOWER_HALF = lowerHalf();

    /** Binds {@code name}; it must exist in libc. */
    static LibcFunction of(final String name, final MemoryLayout result, final MemoryLayout... parameters) {
        return new LibcFunction(name, bind(require(name), FunctionDescriptor.of(result, parameters), CAPTURE_ERRNO));
    }

    /**
     * Binds a variadic function, whose call has an ABI of its own.
     *
     * @param fixed how many parameters stand before the dots
     */
    static LibcFunction variadic(
            final String name, final int fixed, final MemoryLayout result, final MemoryLayout... parameters) {
        final FunctionDescriptor descriptor = FunctionDescriptor.of(result, parameters);
        return new LibcFunction(
                name, bind(require(name), descriptor, CAPTURE_ERRNO, Linker.Option.firstVariadicArg(fixed)));
    }

    /**
     * Binds {@code name}, or where libc is too old to have it, the system call of that number.
     *
     * @param number the system call's number on this architecture
     */
    static LibcFunction orSystemCall(
            final String name, final int number, final MemoryLayout result, final MemoryLayout... parameters) {
        return find(name).isPresent() ? of(name, result, parameters) : systemCall(name, number, parameters);
    }

    /**
     * Binds the system call of that number without what libc puts around it: {@code read}, {@code write} and all that
     * may wait are points of cancellation there, which costs a program with threads two atomic operations a call.
     */
    static LibcFunction systemCall(final String name, final int number, final MemoryLayout... parameters) {
        final MemoryLayout[] longs = new MemoryLayout[parameters.length + 1];
        Arrays.fill(longs, ValueLayout.JAVA_LONG);
        final LibcFunction syscall = variadic("syscall", 1, ValueLayout.JAVA_LONG, longs);
        return new LibcFunction(name, MethodHandles.insertArguments(syscall.handle, 1, (long) number));
    }

    private static Optional<MemorySegment> find(final String name) {
        return LINKER.defaultLookup().find(name);
    }

    private static MemorySegment require(final String name) {
        return find(name).orElseThrow(() -> new UnsatisfiedLinkError("libc has no function " + name));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle bind(
            final MemorySegment function, final FunctionDescriptor descriptor, final Linker.Option... options) {
        return narrowed(LINKER.downcallHandle(function, withLongs(descriptor), options), descriptor);
    }

    /**
     * The same prototype with longs for ints. Of a register that holds an int only the lower half is looked at, on
     * every architecture that Java's linker knows; so functions with as many parameters share one linked stub, where
     * each prototype of its own would cost a generated class at the start.
     */
    static FunctionDescriptor withLongs(final FunctionDescriptor descriptor) {
        final MemoryLayout[] longs =
                new MemoryLayout[descriptor.argumentLayouts().size()];
        Arrays.fill(longs, ValueLayout.JAVA_LONG);
        return FunctionDescriptor.of(ValueLayout.JAVA_LONG, longs);
    }

    /** The handle of {@link #withLongs}; where the function answers an int, the upper half of it means nothing. */
    static MethodHandle narrowed(final MethodHandle handle, final FunctionDescriptor descriptor) {
        final boolean answersInt = descriptor.returnLayout().orElseThrow().byteSize() == Integer.BYTES;
        return answersInt ? MethodHandles.filterReturnValue(handle, LOWER_HALF) : handle;
    }

    private static MethodHandle lowerHalf() {
        try {
            return MethodHandles.lookup()
                    .findStatic(LibcFunction.class, "lowerHalf", MethodType.methodType(long.class, long.class));
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("UnusedMethod") // Found by its name, above.
    private static long lowerHalf(final long register) {
        return (int) register;
    }

    long call() {
        final Scratch scratch = Scratch.ofThread();
        try {
            return scratch.answer((long) handle.invokeExact(scratch.captureState()));
        } catch (final Throwable e) {
            throw unexpected(e);
        }
    }

    long call(final long a) {
        final Scratch scratch = Scratch.ofThread();
        try {
            return scratch.answer((long) handle.invokeExact(scratch.captureState(), a));
        } catch (final Throwable e) {
            throw unexpected(e);
        }
    }

    long call(final long a, final long b) {
        final Scratch scratch = Scratch.ofThread();
        try {
            return scratch.answer((long) handle.invokeExact(scratch.captureState(), a, b));
        } catch (final Throwable e) {
            throw unexpected(e);
        }
    }

    long call(final long a, final long b, final long c) {
        final Scratch scratch = Scratch.ofThread();
        try {
            return scratch.answer((long) handle.invokeExact(scratch.captureState(), a, b, c));
        } catch (final Throwable e) {
            throw unexpected(e);
        }
    }

    long call(final long a, final long b, final long c, final long d) {
        final Scratch scratch = Scratch.ofThread();
        try {
            return scratch.answer((long) handle.invokeExact(scratch.captureState(), a, b, c, d));
        } catch (final Throwable e) {
            throw unexpected(e);
        }
    }

    long call(final long a, final long b, final long c, final long d, final long e) {
        final Scratch scratch = Scratch.ofThread();
        try {
            return scratch.answer((long) handle.invokeExact(scratch.captureState(), a, b, c, d, e));
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    long call(final long a, final long b, final long c, final long d, final long e, final long f) {
        final Scratch scratch = Scratch.ofThread();
        try {
            return scratch.answer((long) handle.invokeExact(scratch.captureState(), a, b, c, d, e, f));
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    /** What the linker itself throws, which it never does. */
    static AssertionError unexpected(final Throwable e) {
        return new AssertionError("calling libc failed in the linker", e);
    }
}
