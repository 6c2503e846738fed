package org.pno.ip;

/** Is told how the search for a neighbour ended. */
@FunctionalInterface
public interface NeighbourListener {
    /**
     * The neighbour that {@code waiter} waits for is known, or did not answer. There is no queue of packets: whoever
     * waited sends again from its own store. The same waiter may be told more than once, and may ask again at once.
     *
     * @param waiter the token given to {@link NeighbourTable#resolve}
     */
    void onNeighbour(int waiter, boolean reachable);
}
