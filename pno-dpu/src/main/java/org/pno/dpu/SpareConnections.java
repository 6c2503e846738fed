package org.pno.dpu;

import org.pno.sys.PeerCredentials;

/** Takes control connections that were not made by way of the socket's path. */
interface SpareConnections {
    /**
     * @param socket the DPU's end, from now on the taker's
     * @param peer for whom the other end is: his user, and no process
     */
    void add(int socket, PeerCredentials peer);
}
