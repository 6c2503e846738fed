package org.pno.stack;

import java.lang.foreign.MemorySegment;
import org.pno.tcp.TcpEngine;

/**
 * The host's side of the stack: sockets by number, driven by positions. All positions are cumulative 64-bit stream
 * positions, 0 being the first byte after the SYN. Calls with a position that is not new are ignored: they are levels.
 *
 * <p>Addresses are 128 bits in two longs, IPv4 as IPv4-mapped (::ffff:a.b.c.d), see {@code org.pno.wire.IpAddress}.
 * Errors are Linux errno values. Single-threaded, like the whole stack. Nothing is sent before the next flush.
 */
public interface Sockets {
    /**
     * Starts an active open (RFC 9293 3.10.1).
     *
     * @param localHi local address, or 0/0 to let the stack choose by its route
     * @param localPort local port, or 0 for an ephemeral one (RFC 6056)
     * @return the connection's number (0 or more), or a negative errno: -EADDRNOTAVAIL, -ENETUNREACH, -ENOBUFS
     */
    int connect(
            long localHi,
            long localLo,
            int localPort,
            long remoteHi,
            long remoteLo,
            int remotePort,
            SocketOptions options);

    /**
     * Starts a passive open.
     *
     * @param localHi address, or 0/0 for every address of the stack, or {@code IpAddress.ANY_IPV4} or {@code ANY_IPV6}
     *     for those of one family
     * @param backlog bound on half-open connections
     * @return the listener's number (0 or more, a space of its own), or a negative errno: -EADDRINUSE, -EADDRNOTAVAIL
     */
    int listen(long localHi, long localLo, int localPort, int backlog, SocketOptions options);

    /** Bounds a listener's half-open connections anew, as a second listen(2) does; those there are stay. */
    void backlog(int listener, int backlog);

    /** New options for a listener, of which those of Fast Open take effect, and tellsSent. */
    void setListenerOptions(int listener, SocketOptions options);

    /**
     * The program has room for one connection more on a listener that refused some for want of it: one of them is asked
     * for its ACK again, rather than that its peer waits for a timer.
     *
     * @return false if no refused one is left
     */
    boolean onRoom(int listener);

    /** Ends a listener. Half-open connections are forgotten; established ones live on. */
    void unlisten(int listener);

    /** The program has written up to this position. */
    void onTxWritten(int connection, long position);

    /** The program has sent urgent data up to this position; called before what brings it (RFC 9293 3.8.5). */
    void onTxUrgent(int connection, long position);

    /** More will follow what was written up to this position (MSG_MORE): a partial segment may wait for it. */
    void onMoreToCome(int connection, long position);

    /** The program has read up to this position. */
    void onRxRead(int connection, long position);

    /**
     * The host can see received bytes up to this position (and the FIN, where {@code finReceived} is at it and was
     * published too): ACKs may cover them from now on.
     */
    void onPublished(int connection, long position, boolean fin);

    /** FIN after the last byte written (RFC 9293 3.10.4 for one direction); SHUT_WR. */
    void shutdown(int connection);

    /**
     * The last holder is gone: nobody will read. Sends what is written, then FIN; or RST if received bytes were left
     * unread (RFC 2525 2.17, as Linux). Later payload is answered by RST.
     */
    void close(int connection);

    /** Sends RST and forgets the connection (ABORT of RFC 9293 3.10.5). */
    void abort(int connection);

    /** New options for a connection, read out of {@code options} during the call. */
    void setOptions(int connection, SocketOptions options);

    /**
     * One of the {@code org.pno.link.SocketStatus} states, by the same numbers: 1 connecting, 2 established, 4
     * closed.
     */
    int socketState(int connection);

    /** errno that ended the connection (ECONNREFUSED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH …), or 0. */
    int socketError(int connection);

    /** Bytes received in order and placed, as a position: what can be published to the host. */
    long rxCommittable(int connection);

    /** Position at which the peer's FIN stands, once all before it was received; -1 until then. */
    long finReceived(int connection);

    /** Position of the peer's last urgent byte; -1 if there was none. */
    long urgentReceived(int connection);

    /** True if that byte has been placed, in order or not. */
    boolean isUrgentByteHere(int connection);

    /** Bytes that the peer has acknowledged, as a position. */
    long txAcked(int connection);

    /** Bytes that were sent at least once, as a position; 0 unless the options want it told. */
    long txSent(int connection);

    /** True once everything written and our FIN have been acknowledged, or the connection has ended. */
    boolean txDone(int connection);

    long localAddressHi(int connection);

    long localAddressLo(int connection);

    long remoteAddressHi(int connection);

    long remoteAddressLo(int connection);

    int localPort(int connection);

    int remotePort(int connection);

    /** Bytes that {@link #writeInfo} writes. */
    int INFO_BYTES = TcpEngine.INFO_BYTES;

    /**
     * Writes what getsockopt(TCP_INFO) tells of a connection, laid out as Linux's {@code struct tcp_info}. Not for the
     * hot path.
     */
    void writeInfo(int connection, MemorySegment memory, long offset);

    /**
     * Fills {@code info} with what {@code ss -ti} and the journal want to know of a connection. Not for the hot path.
     */
    void describe(int connection, ConnectionInfo info);
}
