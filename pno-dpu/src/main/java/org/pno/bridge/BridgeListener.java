package org.pno.bridge;

/**
 * Is told of arenas that are over and of addresses that are not ours. Called from within {@link Bridge#cycle}, on its
 * thread.
 */
public interface BridgeListener {
    /** The arena's host wrote what cannot be: its connections are reset. Its number stays taken until it has ended. */
    void onArenaFenced(HostArena arena);

    /**
     * No process of the arena holds this socket any more, only what was anchored to it ({@link Bridge#anchor}): who
     * cannot tell by himself when that ends must look.
     */
    default void onOnlyAnchored(final HostArena arena, final int record, final int generation) {}

    /** Another station has this address of the stack's: it is not used. */
    default void onDuplicateAddress(final long hi, final long lo) {}

    /** The arena's memory is no longer used. */
    void onArenaEnded(HostArena arena);
}
