package org.pno.control;

import org.pno.link.HandshakeDecoder;
import org.pno.link.ProtocolException;
import org.pno.sys.PeerCredentials;

/** Answers the requests of one control connection. */
public interface ControlSession {
    /**
     * Answers a request, at once or later.
     *
     * @throws ProtocolException if the request cannot be, so that the client is to be cut off
     */
    void onRequest(HandshakeDecoder request, Attachments with, Replies replies) throws ProtocolException;

    /** The connection has ended in every process that had it. */
    void end();

    /** Makes sessions. */
    @FunctionalInterface
    interface Opener {
        /**
         * A connection has come.
         *
         * @param peer who is at the other end
         * @param socket the connection, not the session's to close
         * @param disconnect ends the connection
         */
        ControlSession open(PeerCredentials peer, int socket, Runnable disconnect);
    }
}
