package org.pno.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * A shared library beside libc, loaded for good. Its functions are addresses, out of its symbols or out of tables that
 * it hands out; {@link #caller} makes what calls all functions of one shape.
 */
public final class NativeLibrary {
    private static final Linker LINKER = Linker.nativeLinker();

    private final String name;
    private final SymbolLookup symbols;

    private NativeLibrary(final String name, final SymbolLookup symbols) {
        this.name = name;
        this.symbols = symbols;
    }

    /**
     * Loads a library; signal handlers that it installs are taken back.
     *
     * @param name as the dynamic linker finds it: {@code libfabric.so.1}
     * @return empty if it is not installed
     */
    @SuppressWarnings("restricted")
    public static Optional<NativeLibrary> load(final String name) {
        try {
            return Optional.of(new NativeLibrary(
                    name, SignalHandlers.kept(() -> SymbolLookup.libraryLookup(name, Arena.global()))));
        } catch (final IllegalArgumentException missing) {
            return Optional.empty();
        }
    }

    /** A function that it exports. */
    public MemorySegment function(final String symbol) {
        return symbols.find(symbol).orElseThrow(() -> new UnsatisfiedLinkError(name + " has no function " + symbol));
    }

    /**
     * What calls functions of one shape: a handle of the function and its arguments, which are longs that are narrowed
     * to the prototype's, to a long. Kept in a static final field and invoked exactly, it allocates nothing.
     */
    @SuppressWarnings("restricted")
    public static MethodHandle caller(final MemoryLayout result, final MemoryLayout... parameters) {
        final FunctionDescriptor prototype = FunctionDescriptor.of(result, parameters);
        return LibcFunction.narrowed(LINKER.downcallHandle(LibcFunction.withLongs(prototype)), prototype);
    }
}
