package org.pno.host;

import org.pno.link.RegionSource;
import org.pno.sys.InetSocket.Endpoint;

/** Makes arenas reachable for the DPU, over whatever fabric. The agent's thread. */
public interface ArenaSharing extends AutoCloseable {
    /** Memory that the DPU can reach, until it is withdrawn. */
    interface Shared extends AutoCloseable {
        /** What the DPU must know. */
        RegionSource.Remote source();

        /** Withdraws it. */
        @Override
        void close();
    }

    /** Opens what the DPU asks for. */
    @FunctionalInterface
    interface Opener {
        /**
         * Opens a fabric.
         *
         * @param fabric its name, as the DPU's HELLO says
         * @param own our address on the connection to the DPU
         * @throws RuntimeException saying why there is no such fabric here
         */
        ArenaSharing open(String fabric, Endpoint own);
    }

    /**
     * Shares a sealed memfd, which stays the caller's.
     *
     * @throws RuntimeException saying why it cannot be shared
     */
    Shared share(int descriptor, long bytes);

    @Override
    void close();
}
