package org.pno.link.fabric;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.HexFormat;
import org.pno.sys.NativeLibrary;

/**
 * An end of the fabric: what has a name there, and what reads and writes are posted to. A posted operation's context is
 * memory of {@link #CONTEXT_BYTES} that the provider may use until the operation completes.
 */
final class Endpoint extends Fid {
    static final int CONTEXT_BYTES = 64; // struct fi_context2

    private static final int MAX_NAME_BYTES = 256;

    private static final MethodHandle GETNAME = NativeLibrary.caller(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    /** endpoint, local address, bytes, local description, peer, remote address, key, context */
    private static final MethodHandle RMA = NativeLibrary.caller(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    /** endpoint, source, words, its description, peer, remote address, key, type, operation, context */
    private static final MethodHandle ATOMIC_WRITE = NativeLibrary.caller(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT,
            JAVA_LONG);
    /** endpoint, operand, words, its description, target, its description, peer, remote address, key, type, ... */
    private static final MethodHandle ATOMIC_FETCH = NativeLibrary.caller(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
            JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);

    private static final MethodHandle FETCH_VALID =
            NativeLibrary.caller(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);

    private final MemorySegment read;
    private final MemorySegment write;
    /** This and the next are null if atomic operations were not asked for. */
    private final MemorySegment fetchWords;

    private final MemorySegment storeWord;

    /** @param hasAtomics whether atomic operations were asked for */
    Endpoint(final long address, final boolean hasAtomics) {
        super("endpoint", address);
        final long rma = table(FidDescriptor.EP_RMA_OFFSET);
        read = Pointers.function(rma, FidDescriptor.RMA_READ_OFFSET, "fi_read");
        write = Pointers.function(rma, FidDescriptor.RMA_WRITE_OFFSET, "fi_write");
        final long atomic = table(FidDescriptor.EP_ATOMIC_OFFSET);
        fetchWords =
                hasAtomics ? Pointers.function(atomic, FidDescriptor.ATOMIC_READWRITE_OFFSET, "fi_fetch_atomic") : null;
        storeWord = hasAtomics ? Pointers.function(atomic, FidDescriptor.ATOMIC_WRITE_OFFSET, "fi_atomic") : null;
    }

    void enable() {
        FabricException.check(control(FidDescriptor.FI_ENABLE, 0), "fi_enable");
    }

    /** The endpoint's name, as a peer's {@link AddressVector} takes it: hexadecimal digits. */
    String name() {
        final MemorySegment function =
                Pointers.function(table(FidDescriptor.EP_CM_OFFSET), FidDescriptor.CM_GETNAME_OFFSET, "fi_getname");
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment name = arena.allocate(MAX_NAME_BYTES, Long.BYTES);
            final MemorySegment length = arena.allocateFrom(JAVA_LONG, MAX_NAME_BYTES);
            final int result = (int) (long) GETNAME.invokeExact(function, address(), name.address(), length.address());
            FabricException.check(result, "fi_getname");
            final byte[] bytes = name.asSlice(0, length.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
            return HexFormat.of().formatHex(bytes);
        } catch (final FabricException e) {
            throw e;
        } catch (final Throwable e) {
            throw Libfabric.unexpected(e);
        }
    }

    /** How many words one atomic read can bring. */
    int mostWords() {
        final MemorySegment function = Pointers.function(
                table(FidDescriptor.EP_ATOMIC_OFFSET),
                FidDescriptor.ATOMIC_READWRITEVALID_OFFSET,
                "fi_fetch_atomicvalid");
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment count = arena.allocate(Long.BYTES, Long.BYTES);
            final int result = (int) (long) FETCH_VALID.invokeExact(
                    function,
                    address(),
                    (long) FidDescriptor.FI_UINT64,
                    (long) FidDescriptor.FI_ATOMIC_READ,
                    count.address());
            FabricException.check(result, "atomic reads of words");
            return (int) Math.min(Integer.MAX_VALUE, count.get(JAVA_LONG, 0));
        } catch (final FabricException e) {
            throw e;
        } catch (final Throwable e) {
            throw Libfabric.unexpected(e);
        }
    }

    /** fi_read; 0, or a negative error: -EAGAIN to try again after a look at the completion queue. */
    int read(
            final long local,
            final long bytes,
            final long description,
            final long peer,
            final long remote,
            final long key,
            final long context) {
        try {
            return (int) (long) RMA.invokeExact(read, address(), local, bytes, description, peer, remote, key, context);
        } catch (final Throwable e) {
            throw Libfabric.unexpected(e);
        }
    }

    /** fi_write; as {@link #read}. */
    int write(
            final long local,
            final long bytes,
            final long description,
            final long peer,
            final long remote,
            final long key,
            final long context) {
        try {
            return (int)
                    (long) RMA.invokeExact(write, address(), local, bytes, description, peer, remote, key, context);
        } catch (final Throwable e) {
            throw Libfabric.unexpected(e);
        }
    }

    /** fi_fetch_atomic with FI_ATOMIC_READ: each word is loaded whole by the target. As {@link #read}. */
    int readWords(
            final long local,
            final long words,
            final long description,
            final long peer,
            final long remote,
            final long key,
            final long context) {
        try {
            return (int) (long) ATOMIC_FETCH.invokeExact(
                    fetchWords,
                    address(),
                    0L,
                    words,
                    0L,
                    local,
                    description,
                    peer,
                    remote,
                    key,
                    (long) FidDescriptor.FI_UINT64,
                    (long) FidDescriptor.FI_ATOMIC_READ,
                    context);
        } catch (final Throwable e) {
            throw Libfabric.unexpected(e);
        }
    }

    /** fi_atomic with FI_ATOMIC_WRITE: the word is stored whole by the target. As {@link #read}. */
    int writeWord(
            final long local,
            final long description,
            final long peer,
            final long remote,
            final long key,
            final long context) {
        try {
            return (int) (long) ATOMIC_WRITE.invokeExact(
                    storeWord,
                    address(),
                    local,
                    1L,
                    description,
                    peer,
                    remote,
                    key,
                    (long) FidDescriptor.FI_UINT64,
                    (long) FidDescriptor.FI_ATOMIC_WRITE,
                    context);
        } catch (final Throwable e) {
            throw Libfabric.unexpected(e);
        }
    }
}
