package org.pno.ip;

/** Is told how the search for a neighbour ended, and of neighbours who claim what is ours. */
@FunctionalInterface
public interface NeighbourListener {
    /**
     * The neighbour that {@code waiter} waits for is known, or did not answer. There is no queue of packets: whoever
     * waited sends again from its own store. The same waiter may be told more than once, and may ask again at once.
     *
     * @param waiter the token given to {@link NeighbourTable#resolve}
     */
    void onNeighbour(int waiter, boolean reachable);

    /** Another station has this IPv6 address of ours: it is not used (RFC 4862 5.4.5). */
    default void onDuplicateAddress(final long hi, final long lo) {}
}
