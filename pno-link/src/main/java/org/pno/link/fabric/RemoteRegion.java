package org.pno.link.fabric;

import java.util.ArrayDeque;
import org.pno.link.RegionSource;

/**
 * A host's memory as the DPU has it: its place in the fabric, and an endpoint of its own to reach it by. So what
 * happens to one region's connection happens to no other, and closing the endpoint takes every operation on the region
 * out of the provider's hands, whatever became of the host. The bridge's thread.
 */
final class RemoteRegion {
    private final RegionSource.Remote source;
    private final AddressVector addresses;
    private final Endpoint endpoint;
    private final long peer;
    private final int mostWords;

    /** Operations that the provider would not take yet, oldest first. */
    final ArrayDeque<Operation> waiting = new ArrayDeque<>();

    /** Operations that the provider has. */
    int posted;

    /** When something of this region was last seen to go on. */
    long lastProgressNs;

    private boolean isClosed;
    private String failure;

    RemoteRegion(
            final RegionSource.Remote source,
            final FabricDomain domain,
            final CompletionQueue completions,
            final AddressVector addresses) {
        this.source = source;
        this.addresses = addresses;
        peer = addresses.insert(source.address());
        endpoint = domain.openEndpoint(completions, addresses);
        mostWords = domain.options().provider().hasWholeWords() ? 0 : endpoint.mostWords();
    }

    Endpoint endpoint() {
        return endpoint;
    }

    long peer() {
        return peer;
    }

    long key() {
        return source.key();
    }

    /** How many words one atomic read can bring. */
    int mostWords() {
        return mostWords;
    }

    /** Where a byte of the region stands for the provider. */
    long remoteAddress(final long offset) {
        return source.base() + offset;
    }

    long bytes() {
        return source.bytes();
    }

    boolean isBusy() {
        return posted > 0 || !waiting.isEmpty();
    }

    boolean hasFailed() {
        return failure != null;
    }

    /** Why it has failed; null if it has not. */
    String failure() {
        return failure;
    }

    void fail(final String why) {
        if (failure == null) {
            failure = why;
        }
    }

    /** Closes the endpoint: from now on the provider touches nothing of ours for this region. */
    void close() {
        if (!isClosed) {
            isClosed = true;
            endpoint.close();
            addresses.remove(peer);
        }
    }
}
