package org.pno.link.fabric;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.HexFormat;
import org.pno.sys.NativeLibrary;

/** Where others stand in the fabric: names of endpoints become numbers, which operations take. */
final class AddressVector extends Fid {
    private static final MethodHandle INSERT =
            NativeLibrary.caller(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle REMOVE =
            NativeLibrary.caller(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    /** The longest name that we take from a peer; those of the providers we know have 28 bytes at most, or a path. */
    private static final int MAX_NAME_BYTES = 256;

    AddressVector(final long address) {
        super("address vector", address);
    }

    /**
     * Takes an endpoint's name in.
     *
     * @param name in hexadecimal digits
     * @throws IllegalArgumentException if that is no name
     */
    long insert(final String name) {
        final byte[] bytes = HexFormat.of().parseHex(name);
        if (bytes.length == 0 || bytes.length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException("a fabric address of " + bytes.length + " bytes");
        }
        final MemorySegment function =
                Pointers.function(table(FidDescriptor.OWN_OPS_OFFSET), FidDescriptor.AV_INSERT_OFFSET, "fi_av_insert");
        try (Arena arena = Arena.ofConfined()) {
            // The library reads as much as an address of the provider's has, whatever we were given.
            final MemorySegment padded = arena.allocate(MAX_NAME_BYTES + 1, Long.BYTES);
            MemorySegment.copy(bytes, 0, padded, JAVA_BYTE, 0, bytes.length);
            final MemorySegment answer = arena.allocate(Long.BYTES, Long.BYTES);
            final int inserted = (int)
                    (long) INSERT.invokeExact(function, address(), padded.address(), 1L, answer.address(), 0L, 0L);
            if (inserted != 1) {
                throw new IllegalArgumentException("the fabric refuses the address " + name
                        + (inserted < 0 ? ": " + Libfabric.describe(-inserted) : ""));
            }
            return Pointers.wide(answer.address());
        } catch (final IllegalArgumentException e) {
            throw e;
        } catch (final Throwable e) {
            throw Libfabric.unexpected(e);
        }
    }

    /** Forgets a name; an endpoint that has used it must be closed already. */
    void remove(final long number) {
        final MemorySegment function =
                Pointers.function(table(FidDescriptor.OWN_OPS_OFFSET), FidDescriptor.AV_REMOVE_OFFSET, "fi_av_remove");
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment list = arena.allocateFrom(JAVA_LONG, number);
            final int result = (int) (long) REMOVE.invokeExact(function, address(), list.address(), 1L, 0L);
            FabricException.check(result, "fi_av_remove");
        } catch (final FabricException e) {
            throw e;
        } catch (final Throwable e) {
            throw Libfabric.unexpected(e);
        }
    }
}
