package org.pno.bridge;

import java.util.ArrayDeque;

/**
 * What a LISTENER has beyond a socket: its number in the stack, credits read ahead, and the connections that wait for
 * the host's accept. Changed by {@link Listeners} and {@link Credits}.
 */
final class ListenerSide {
    /** Sockets of the records that credits name, ready to be taken by a handshake. */
    final ArrayDeque<BridgeSocket> stock = new ArrayDeque<>();
    /** Connections whose entry stands in the receive stream and that the host has not taken, oldest first. */
    final ArrayDeque<BridgeSocket> waiting = new ArrayDeque<>();

    final int number;
    /** What was asked for. */
    final ListenRequest request;

    /** Accepted connections whose record is not yet published, so that they have no entry. */
    int entriesToCome;
    /** Bytes of the transmit stream whose reads are posted, and that are used up. */
    long creditsRead;

    long creditsTaken;
    /** Credits that are being read. */
    int creditsToCome;
    /** Bytes of the receive stream. */
    long entriesWritten;

    long entriesTaken;
    boolean isMapReadUnderWay;
    /** Handshakes found no credit, and wait for one. */
    boolean hasRefused;

    ListenerSide(final int number, final ListenRequest request) {
        this.number = number;
        this.request = request;
    }
}
