package org.pno.link.fabric;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.TreeSet;
import org.pno.sys.Errno;

/** What a provider offers us: {@code struct fi_info}, found by hints. Freed by {@link #close}. */
final class FabricInfo implements AutoCloseable {
    private static final int ENODATA = 61;

    /** Which side we are. */
    enum Side {
        /** Starts all reads and writes. */
        DPU(InfoDescriptor.FI_READ | InfoDescriptor.FI_WRITE),
        /** Its memory is read and written. */
        HOST(InfoDescriptor.FI_REMOTE_READ | InfoDescriptor.FI_REMOTE_WRITE);

        private final long caps;

        Side(final long caps) {
            this.caps = caps;
        }
    }

    private final long address;

    private FabricInfo(final long address) {
        this.address = address;
    }

    /**
     * Asks a provider for reliable, unconnected endpoints with one-sided access, whose writes are complete when the
     * bytes are in the target's memory.
     *
     * @throws FabricException if it is not available, with those that are
     */
    static FabricInfo find(final FabricOptions options, final Side side) {
        final FabricProvider provider = options.provider();
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment answer = arena.allocate(Long.BYTES, Long.BYTES);
            final int result = query(arena, answer, options, caps(provider, side));
            if (result == -ENODATA || result == -Errno.ENOSYS) {
                throw new FabricException("the fabric '" + provider.userName() + "' (libfabric: "
                        + provider.libraryName() + ") is not available here"
                        + (options.address() == null ? "" : " at the address " + options.address())
                        + "; libfabric offers: " + String.join(", ", available()));
            }
            FabricException.check(result, "fi_getinfo for " + provider.libraryName());
            return new FabricInfo(Pointers.wide(answer.address()));
        }
    }

    private static long caps(final FabricProvider provider, final Side side) {
        return InfoDescriptor.FI_RMA | side.caps | (provider.hasWholeWords() ? 0 : InfoDescriptor.FI_ATOMIC);
    }

    /** @param options null for whoever offers it */
    private static int query(
            final Arena arena, final MemorySegment answer, final FabricOptions options, final long caps) {
        final Libfabric library = Libfabric.instance();
        final long hints = library.allocateInfo();
        final long providerName =
                Pointers.wide(hints + InfoDescriptor.FABRIC_ATTR_OFFSET) + InfoDescriptor.FABRIC_PROV_NAME_OFFSET;
        try {
            fillHints(hints, caps);
            long node = 0;
            long service = 0;
            if (options != null) {
                Pointers.wide(
                        providerName,
                        arena.allocateFrom(options.provider().libraryName()).address());
                node = text(arena, options.address());
                service = text(arena, options.port() == 0 ? null : Integer.toString(options.port()));
            }
            final long numeric =
                    node == 0 || options.provider() != FabricProvider.TCP ? 0 : InfoDescriptor.FI_NUMERICHOST;
            final long flags = node == 0 && service == 0 ? 0 : InfoDescriptor.FI_SOURCE | numeric;
            return library.getinfo(node, service, flags, hints, answer.address());
        } finally {
            Pointers.wide(providerName, 0); // It is ours, not libfabric's to free.
            library.freeInfo(hints);
        }
    }

    private static long text(final Arena arena, final String text) {
        return text == null ? 0 : arena.allocateFrom(text).address();
    }

    private static void fillHints(final long hints, final long caps) {
        Pointers.wide(hints + InfoDescriptor.CAPS_OFFSET, caps);
        Pointers.wide(hints + InfoDescriptor.MODE_OFFSET, InfoDescriptor.FI_CONTEXT | InfoDescriptor.FI_CONTEXT2);
        final long endpoint = Pointers.wide(hints + InfoDescriptor.EP_ATTR_OFFSET);
        Pointers.narrow(endpoint + InfoDescriptor.EP_TYPE_OFFSET, InfoDescriptor.FI_EP_RDM);
        final long transmit = Pointers.wide(hints + InfoDescriptor.TX_ATTR_OFFSET);
        Pointers.wide(transmit + InfoDescriptor.TX_OP_FLAGS_OFFSET, InfoDescriptor.FI_DELIVERY_COMPLETE);
        final long domain = Pointers.wide(hints + InfoDescriptor.DOMAIN_ATTR_OFFSET);
        Pointers.narrow(
                domain + InfoDescriptor.DOMAIN_MR_MODE_OFFSET,
                InfoDescriptor.FI_MR_LOCAL
                        | InfoDescriptor.FI_MR_VIRT_ADDR
                        | InfoDescriptor.FI_MR_ALLOCATED
                        | InfoDescriptor.FI_MR_PROV_KEY);
    }

    /** The names of all providers that have reliable endpoints with one-sided access here. */
    static Set<String> available() {
        final Set<String> names = new TreeSet<>();
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment answer = arena.allocate(Long.BYTES, Long.BYTES);
            if (query(arena, answer, null, InfoDescriptor.FI_RMA) < 0) {
                return names;
            }
            final long first = Pointers.wide(answer.address());
            for (long info = first; info != 0; info = Pointers.wide(info + InfoDescriptor.NEXT_OFFSET)) {
                final long fabric = Pointers.wide(info + InfoDescriptor.FABRIC_ATTR_OFFSET);
                names.add(Pointers.text(Pointers.wide(fabric + InfoDescriptor.FABRIC_PROV_NAME_OFFSET)));
            }
            Libfabric.instance().freeInfo(first);
        }
        return names;
    }

    /** The first offer's {@code fi_info}. */
    long address() {
        return address;
    }

    long fabricAttributes() {
        return Pointers.wide(address + InfoDescriptor.FABRIC_ATTR_OFFSET);
    }

    /** The interface or device. */
    String domainName() {
        return Pointers.text(Pointers.wide(domainAttributes() + InfoDescriptor.DOMAIN_NAME_OFFSET));
    }

    /** Bits of FI_MR_: what the provider wants of registrations. */
    int registrationMode() {
        return Pointers.narrow(domainAttributes() + InfoDescriptor.DOMAIN_MR_MODE_OFFSET);
    }

    boolean wants(final int registrationModeBit) {
        return (registrationMode() & registrationModeBit) != 0;
    }

    /** Bytes of a key that we choose. */
    int keyBytes() {
        return (int) Pointers.wide(domainAttributes() + InfoDescriptor.DOMAIN_MR_KEY_SIZE_OFFSET);
    }

    /** True if the target's memory is served without its process calling the library. */
    boolean progressesByItself() {
        return Pointers.narrow(domainAttributes() + InfoDescriptor.DOMAIN_DATA_PROGRESS_OFFSET)
                == InfoDescriptor.FI_PROGRESS_AUTO;
    }

    /** The largest single read or write. */
    long maxMessageBytes() {
        return Pointers.wide(
                Pointers.wide(address + InfoDescriptor.EP_ATTR_OFFSET) + InfoDescriptor.EP_MAX_MSG_SIZE_OFFSET);
    }

    private long domainAttributes() {
        return Pointers.wide(address + InfoDescriptor.DOMAIN_ATTR_OFFSET);
    }

    @Override
    public void close() {
        Libfabric.instance().freeInfo(address);
    }
}
