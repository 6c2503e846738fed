package org.pno.link.fabric;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.pno.sys.Errno;
import org.pno.sys.NativeLibrary;

/** A fabric and our domain in it: what endpoints, queues and registrations are made of. */
final class FabricDomain extends Fid {
    private static final MethodHandle OPEN = NativeLibrary.caller(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle REGISTER = NativeLibrary.caller(
            JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
            JAVA_LONG);
    private static final MethodHandle TRYWAIT = NativeLibrary.caller(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);

    /** The fabric itself, which does nothing but hold the domain and say when one may sleep. */
    private static final class Fabric extends Fid {
        Fabric(final long address) {
            super("fabric", address);
        }
    }

    private final FabricOptions options;
    private final FabricInfo info;
    private final Fabric fabric;
    private final MemorySegment trywait;

    private FabricDomain(final FabricOptions options, final FabricInfo info, final Fabric fabric, final long address) {
        super("domain " + info.domainName(), address);
        this.options = options;
        this.info = info;
        this.fabric = fabric;
        trywait = Pointers.function(
                fabric.table(FidDescriptor.OWN_OPS_OFFSET), FidDescriptor.FABRIC_TRYWAIT_OFFSET, "fi_trywait");
    }

    /**
     * Opens a provider's first domain.
     *
     * @throws FabricException if libfabric or the provider is not there, or refuses
     */
    static FabricDomain open(final FabricOptions options, final FabricInfo.Side side) {
        final FabricInfo info = FabricInfo.find(options, side);
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment answer = arena.allocate(Long.BYTES, Long.BYTES);
            FabricException.check(Libfabric.instance().fabric(info.fabricAttributes(), answer.address()), "fi_fabric");
            final Fabric fabric = new Fabric(Pointers.wide(answer.address()));
            final long domain = open(fabric, FidDescriptor.FABRIC_DOMAIN_OFFSET, "fi_domain", info.address());
            return new FabricDomain(options, info, fabric, domain);
        } catch (final FabricException e) {
            info.close();
            throw e;
        }
    }

    /** Calls {@code function(parent, attributes, &answer, NULL)}, as most objects of libfabric are made. */
    private static long open(final Fid parent, final int offset, final String what, final long attributes) {
        final MemorySegment function = Pointers.function(parent.table(FidDescriptor.OWN_OPS_OFFSET), offset, what);
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment answer = arena.allocate(Long.BYTES, Long.BYTES);
            final int result =
                    (int) (long) OPEN.invokeExact(function, parent.address(), attributes, answer.address(), 0L);
            FabricException.check(result, what);
            return Pointers.wide(answer.address());
        } catch (final FabricException e) {
            throw e;
        } catch (final Throwable e) {
            throw Libfabric.unexpected(e);
        }
    }

    FabricOptions options() {
        return options;
    }

    FabricInfo info() {
        return info;
    }

    /**
     * A queue of completions.
     *
     * @param entries how many it holds at least
     * @param hasDescriptor whether there is something to sleep on
     */
    CompletionQueue openCompletionQueue(final int entries, final boolean hasDescriptor) {
        try (Arena arena = Arena.ofConfined()) {
            final long attributes =
                    arena.allocate(FidDescriptor.CQ_ATTR_BYTES, Long.BYTES).address();
            Pointers.wide(attributes + FidDescriptor.CQ_ATTR_SIZE_OFFSET, entries);
            Pointers.narrow(attributes + FidDescriptor.CQ_ATTR_FORMAT_OFFSET, FidDescriptor.FI_CQ_FORMAT_CONTEXT);
            Pointers.narrow(
                    attributes + FidDescriptor.CQ_ATTR_WAIT_OBJ_OFFSET,
                    hasDescriptor ? FidDescriptor.FI_WAIT_FD : FidDescriptor.FI_WAIT_NONE);
            return new CompletionQueue(
                    open(this, FidDescriptor.DOMAIN_CQ_OPEN_OFFSET, "fi_cq_open", attributes), hasDescriptor);
        }
    }

    /** A table of others' addresses. */
    AddressVector openAddressVector(final int addresses) {
        try (Arena arena = Arena.ofConfined()) {
            final long attributes =
                    arena.allocate(FidDescriptor.AV_ATTR_BYTES, Long.BYTES).address();
            Pointers.narrow(attributes + FidDescriptor.AV_ATTR_TYPE_OFFSET, FidDescriptor.FI_AV_TABLE);
            Pointers.wide(attributes + FidDescriptor.AV_ATTR_COUNT_OFFSET, addresses);
            return new AddressVector(open(this, FidDescriptor.DOMAIN_AV_OPEN_OFFSET, "fi_av_open", attributes));
        }
    }

    /** An endpoint that is ready for use. */
    Endpoint openEndpoint(final CompletionQueue completions, final AddressVector addresses) {
        final Endpoint endpoint = new Endpoint(
                open(this, FidDescriptor.DOMAIN_ENDPOINT_OFFSET, "fi_endpoint", info.address()),
                !options.provider().hasWholeWords());
        try {
            endpoint.bind(completions, FidDescriptor.FI_TRANSMIT | FidDescriptor.FI_RECV);
            endpoint.bind(addresses, 0);
            endpoint.enable();
            return endpoint;
        } catch (final FabricException e) {
            endpoint.close();
            throw e;
        }
    }

    /**
     * Makes memory known to the provider.
     *
     * @param access FI_READ, FI_WRITE, FI_REMOTE_READ, FI_REMOTE_WRITE: what will be done with it
     * @param key the key that peers must know; the provider may choose another
     */
    MemoryRegistration register(final MemorySegment memory, final long access, final long key) {
        final MemorySegment function =
                Pointers.function(table(FidDescriptor.DOMAIN_MR_OFFSET), FidDescriptor.MR_REG_OFFSET, "fi_mr_reg");
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment answer = arena.allocate(Long.BYTES, Long.BYTES);
            final int result = (int) (long) REGISTER.invokeExact(
                    function,
                    address(),
                    memory.address(),
                    memory.byteSize(),
                    access,
                    0L,
                    key,
                    0L,
                    answer.address(),
                    0L);
            FabricException.check(result, "registering " + memory.byteSize() + " bytes with the fabric");
            return new MemoryRegistration(Pointers.wide(answer.address()));
        } catch (final FabricException e) {
            throw e;
        } catch (final Throwable e) {
            throw Libfabric.unexpected(e);
        }
    }

    /** True if nothing has come that a sleep on the queue's descriptor would miss. */
    boolean mayWait(final CompletionQueue completions) {
        try {
            final int result = (int) (long) TRYWAIT.invokeExact(trywait, fabric.address(), completions.listOfOne(), 1L);
            return result != -Errno.EAGAIN;
        } catch (final Throwable e) {
            throw Libfabric.unexpected(e);
        }
    }

    @Override
    public void close() {
        super.close();
        fabric.close();
        info.close();
    }
}
