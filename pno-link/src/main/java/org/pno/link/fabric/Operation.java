package org.pno.link.fabric;

import java.lang.foreign.MemorySegment;

/**
 * One read or write, from the bridge's call to its completion. Pooled; its context is native memory that the provider
 * may use meanwhile, and that leads back to it.
 */
final class Operation {
    /** What is to be done. */
    enum Kind {
        READ,
        WRITE,
        READ_WORDS,
        WRITE_WORD
    }

    /** Address of {@link OperationPool}'s native block for it. */
    final long context;

    Kind kind;
    RemoteRegion region;
    long ticket;
    /** Keeps the local memory alive while the provider may touch it. */
    MemorySegment local;

    long localAddress;
    long description;
    long remoteAddress;
    /** Bytes; of words their number. */
    long length;

    /** True while the provider has it. */
    boolean isPosted;
    /** True if nobody waits for it any more; it goes back to the pool when the provider lets go of it, if ever. */
    boolean isAbandoned;

    Operation(final long context) {
        this.context = context;
    }

    /** Hands it to the provider; 0 or a negative error. */
    int post() {
        final Endpoint endpoint = region.endpoint();
        final long peer = region.peer();
        final long key = region.key();
        return switch (kind) {
            case READ -> endpoint.read(localAddress, length, description, peer, remoteAddress, key, context);
            case WRITE -> endpoint.write(localAddress, length, description, peer, remoteAddress, key, context);
            case READ_WORDS -> endpoint.readWords(localAddress, length, description, peer, remoteAddress, key, context);
            case WRITE_WORD -> endpoint.writeWord(localAddress, description, peer, remoteAddress, key, context);
        };
    }

    void forget() {
        region = null;
        local = null;
        isPosted = false;
        isAbandoned = false;
    }
}
