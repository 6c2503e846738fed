package org.pno.link.fabric;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.pno.sys.Errno;
import org.pno.sys.NativeLibrary;
import org.pno.sys.SignalHandlers;

/** libfabric itself: whether it is there, its version, and the few functions that it exports. */
final class Libfabric {
    static final String FILE = "libfabric.so.1";

    /** The API that we ask for: that of the oldest library this has run on. */
    static final int API = version(1, 17);

    private static final MethodHandle VERSION = NativeLibrary.caller(JAVA_INT);
    private static final MethodHandle GETINFO =
            NativeLibrary.caller(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle OF_INFO = NativeLibrary.caller(JAVA_LONG, JAVA_LONG);
    private static final MethodHandle FABRIC = NativeLibrary.caller(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle STRERROR = NativeLibrary.caller(JAVA_LONG, JAVA_INT);

    private static Libfabric instance;

    private final MemorySegment getinfo;
    private final MemorySegment freeinfo;
    private final MemorySegment dupinfo;
    private final MemorySegment fabric;
    private final MemorySegment strerror;

    private Libfabric(final NativeLibrary library) {
        final int version = versionOf(library);
        if (version < API) {
            throw new FabricException(FILE + " has version " + (version >>> 16) + "." + (version & 0xFFFF)
                    + ", but 1.17 is the oldest that PnO uses (package libfabric1)");
        }
        getinfo = library.function("fi_getinfo");
        freeinfo = library.function("fi_freeinfo");
        dupinfo = library.function("fi_dupinfo");
        fabric = library.function("fi_fabric");
        strerror = library.function("fi_strerror");
    }

    private static int versionOf(final NativeLibrary library) {
        final MemorySegment function = library.function("fi_version");
        try {
            return (int) (long) VERSION.invokeExact(function);
        } catch (final Throwable e) {
            throw unexpected(e);
        }
    }

    private static int version(final int major, final int minor) {
        return major << 16 | minor;
    }

    /**
     * The library, loaded when it is first asked for.
     *
     * @throws FabricException if it is not installed, or too old
     */
    static synchronized Libfabric instance() {
        if (instance == null) {
            instance = new Libfabric(NativeLibrary.load(FILE)
                    .orElseThrow(() -> new FabricException(FILE
                            + " was not found: a fabric needs libfabric (Debian and Ubuntu: apt-get install"
                            + " libfabric1; Fedora: dnf install libfabric)")));
        }
        return instance;
    }

    /** fi_getinfo; a result, or a negative error. The first call loads what providers are made of. */
    int getinfo(final long node, final long service, final long flags, final long hints, final long answer) {
        return SignalHandlers.kept(() -> callGetinfo(node, service, flags, hints, answer));
    }

    private int callGetinfo(
            final long node, final long service, final long flags, final long hints, final long answer) {
        try {
            return (int) (long) GETINFO.invokeExact(getinfo, (long) API, node, service, flags, hints, answer);
        } catch (final Throwable e) {
            throw unexpected(e);
        }
    }

    /** fi_dupinfo(NULL): an empty info with all its attributes, for hints. */
    long allocateInfo() {
        try {
            return (long) OF_INFO.invokeExact(dupinfo, 0L);
        } catch (final Throwable e) {
            throw unexpected(e);
        }
    }

    /** fi_freeinfo, of a whole list. */
    void freeInfo(final long info) {
        try {
            final long ignored = (long) OF_INFO.invokeExact(freeinfo, info);
        } catch (final Throwable e) {
            throw unexpected(e);
        }
    }

    /** fi_fabric; 0 or a negative error. */
    int fabric(final long attributes, final long answer) {
        try {
            return (int) (long) FABRIC.invokeExact(fabric, attributes, answer, 0L);
        } catch (final Throwable e) {
            throw unexpected(e);
        }
    }

    /** Name and sentence of an error: Linux's own, or one of libfabric's. */
    static String describe(final int error) {
        if (error < 256) {
            return Errno.describe(error);
        }
        try {
            return Pointers.text((long) STRERROR.invokeExact(instance().strerror, (long) error)) + " (fabric error "
                    + error + ")";
        } catch (final Throwable e) {
            throw unexpected(e);
        }
    }

    /** What the linker itself throws, which it never does. */
    static AssertionError unexpected(final Throwable e) {
        return new AssertionError("calling libfabric failed in the linker", e);
    }
}
