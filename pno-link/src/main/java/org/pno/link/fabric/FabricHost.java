package org.pno.link.fabric;

import java.util.ArrayList;
import java.util.List;
import org.pno.link.RegionSource;
import org.pno.link.SealedMemory;
import org.pno.sys.MemoryMapping;
import org.pno.sys.RandomBytes;

/**
 * The host's end of a fabric: memory is shared here, and a DPU that knows its address and key reads and writes it. The
 * memory's owner takes no part in that. Most providers have us drive them: whoever has this calls {@link #progress}
 * when {@link #pollDescriptor} polls readable (every so often, where there is none); {@link FabricPump} is a thread
 * that does it. Any thread, one at a time: all methods are synchronized.
 */
public final class FabricHost implements AutoCloseable {
    private static final int COMPLETIONS = 256;
    private static final int PEERS = 64;

    private final FabricDomain domain;
    private final CompletionQueue completions;
    private final AddressVector addresses;
    private final Endpoint endpoint;
    private final String name;
    private final int pollDescriptor;
    private final List<SharedRegion> shared = new ArrayList<>();
    private boolean isClosed;

    /** Memory that peers can reach, until it is withdrawn. */
    public final class SharedRegion implements AutoCloseable {
        private final MemoryMapping mapping;
        private final MemoryRegistration registration;
        private final RegionSource.Remote source;

        private SharedRegion(final MemoryMapping mapping) {
            this.mapping = mapping;
            registration = register(mapping);
            final boolean isVirtual = domain.info().wants(InfoDescriptor.FI_MR_VIRT_ADDR);
            source = new RegionSource.Remote(
                    name,
                    registration.key(),
                    isVirtual ? mapping.memory().address() : 0,
                    mapping.memory().byteSize());
        }

        /** What a DPU must know to reach it, and nobody else. */
        public RegionSource.Remote source() {
            return source;
        }

        /** Withdraws it: what is under way fails, and so does all that comes later. */
        @Override
        public void close() {
            withdraw(this);
        }
    }

    /**
     * Opens our end.
     *
     * @throws FabricException if libfabric or the provider is not there, in words for the user
     */
    public FabricHost(final FabricOptions options) {
        domain = FabricDomain.open(options, FabricInfo.Side.HOST);
        completions = domain.openCompletionQueue(COMPLETIONS, options.provider().hasDescriptor());
        addresses = domain.openAddressVector(PEERS);
        endpoint = domain.openEndpoint(completions, addresses);
        name = endpoint.name();
        pollDescriptor = completions.descriptor();
    }

    /**
     * Shares a sealed memfd.
     *
     * @throws IllegalArgumentException if it is not sealed, or has another size
     * @throws FabricException if the provider refuses it
     */
    public synchronized SharedRegion share(final int descriptor, final long bytes) {
        final MemoryMapping mapping = SealedMemory.map(descriptor, bytes);
        try {
            final SharedRegion region = new SharedRegion(mapping);
            shared.add(region);
            return region;
        } catch (final FabricException e) {
            mapping.close();
            throw e;
        }
    }

    /** The key is all that a software provider asks of a peer, so it is one that nobody guesses. */
    private MemoryRegistration register(final MemoryMapping mapping) {
        final int keyBits = Math.min(Long.SIZE, domain.info().keyBytes() * Byte.SIZE);
        final long key = RandomBytes.nextLong() >>> Long.SIZE - keyBits;
        return domain.register(mapping.memory(), InfoDescriptor.FI_REMOTE_READ | InfoDescriptor.FI_REMOTE_WRITE, key);
    }

    private synchronized void withdraw(final SharedRegion region) {
        if (shared.remove(region)) {
            region.registration.close();
            region.mapping.close();
        }
    }

    /** Our end's name, as in {@link RegionSource.Remote#address}. */
    public String name() {
        return name;
    }

    /** Serves what peers have asked for; never waits. */
    public synchronized void progress() {
        if (isClosed) {
            return;
        }
        // Nothing of ours completes here, but connections that end may leave an error.
        if (completions.read() == CompletionQueue.FAILED) {
            completions.readFailure();
        }
    }

    /** Polls readable when there is something to serve; -1 if the provider has no such thing. */
    public int pollDescriptor() {
        return pollDescriptor;
    }

    /** True if nothing has come that a sleep on the descriptor would miss. */
    public synchronized boolean mayWait() {
        return isClosed || domain.mayWait(completions);
    }

    /** Withdraws everything and ends our end. */
    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        endpoint.close();
        List.copyOf(shared).forEach(SharedRegion::close);
        addresses.close();
        completions.close();
        domain.close();
    }
}
