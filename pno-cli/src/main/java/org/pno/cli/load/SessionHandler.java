package org.pno.cli.load;

/** What a connection's user does when something has happened to it. Called by the engine's thread, within its cycle. */
interface SessionHandler {
    /** The handshake is done. */
    void onEstablished(Session session, long nowNs);

    /** More has come: {@link Session#available} tells how much there is. */
    void onReceived(Session session, long nowNs);

    /**
     * The connection has ended, or the peer has ended its direction.
     *
     * @param errno why, 0 for an orderly end
     */
    void onEnded(Session session, int errno, long nowNs);
}
