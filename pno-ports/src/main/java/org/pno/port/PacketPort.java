package org.pno.port;

/**
 * A packet port: where frames come from and go to. One thread drives it; nothing blocks but {@link #close()}.
 *
 * <p>Every frame carries the marks of a virtio-net header (VIRTIO 1.2, 5.1.6) in the ten bytes before it. On transmit
 * they ask the port to complete the checksum or to segment, which it must be able to do ({@link #capabilities()}); on
 * receive they say what the other end left to do or has verified.
 */
public interface PacketPort extends AutoCloseable {
    /** Completes transmit checksums marked NEEDS_CSUM. */
    int TX_CHECKSUM = 1;
    /** Takes TCP super-segments of up to 64 KB (gso_type TCPV4, TCPV6) and segments them. */
    int TX_SEGMENTATION = 2;
    /** Marks received frames DATA_VALID or NEEDS_CSUM where their checksums need no look; others are unverified. */
    int RX_CHECKSUM = 4;
    /** May hand over super-segments. */
    int RX_COALESCING = 8;
    /** Keeps the order of frames within a flow. */
    int IN_ORDER = 16;

    /** Capabilities, a set of the flags above. */
    int capabilities();

    /** As given to {@code --port}, for messages. */
    String name();

    /** The address frames for the stack are sent to: six bytes, the first in bits 47..40. */
    long macAddress();

    /** Largest IP packet, bytes, unless segmented by the port. */
    int mtuBytes();

    /** The pool that frames are taken from and released to. */
    FramePool pool();

    /**
     * Receives what is there, at most {@code limit} frames.
     *
     * @return frames handed over
     */
    int receive(FrameHandler handler, int limit);

    /**
     * Sends a frame, now or at the next {@link #flush()}; the port releases it. What cannot be sent is dropped and
     * counted, as a wire would.
     *
     * @param frame its offset in the pool's memory, marks before it
     * @param length bytes from the Ethernet header on
     */
    void transmit(long frame, int length);

    /** Pushes out what transmit has gathered. */
    void flush();

    /** A descriptor that polls readable when {@link #receive} has work, or -1 if there is none (then it is polled). */
    int pollDescriptor();

    PortCounters counters();

    @Override
    void close();
}
