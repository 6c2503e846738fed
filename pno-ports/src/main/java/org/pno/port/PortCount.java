package org.pno.port;

import java.util.function.ToLongFunction;
import org.pno.counters.CounterKey;

/** What {@link PortCounters} hold, by name and with a sentence, for those who publish or print them. */
public enum PortCount implements CounterKey {
    RX_FRAMES("port.rx-frames", "Frames received and handed over.", c -> c.rxFrames),
    RX_BYTES("port.rx-bytes", "Bytes of the frames received.", c -> c.rxBytes),
    TX_FRAMES("port.tx-frames", "Frames sent; a super-segment that the port segments is one.", c -> c.txFrames),
    TX_BYTES("port.tx-bytes", "Bytes of the frames sent.", c -> c.txBytes),
    RX_NO_FRAME(
            "port.rx-no-frame", "No free frame to receive into; the port was left to wait or drop.", c -> c.rxNoFrame),
    RX_TOO_LONG(
            "port.rx-too-long",
            "Received frames dropped because they are longer than a frame can be.",
            c -> c.rxTooLong),
    RX_FAILED(
            "port.rx-failed",
            "Receive calls that failed, because the interface is down for instance.",
            c -> c.rxFailed),
    RX_OTHER_STATION(
            "port.rx-other-station",
            "Received frames dropped because another station is meant.",
            c -> c.rxOtherStation),
    RX_BAD_CHECKSUM(
            "port.rx-bad-checksum",
            "Received TCP segments dropped because their checksum is wrong.",
            c -> c.rxBadChecksum),
    RX_MALFORMED(
            "port.rx-malformed", "Received frames whose marks do not fit their headers; dropped.", c -> c.rxMalformed),
    TX_REFUSED(
            "port.tx-refused",
            "Frames that kernel or peer would not take: queue full, interface down, no peer.",
            c -> c.txRefused),
    TX_MALFORMED(
            "port.tx-malformed", "Frames to send whose marks do not fit their headers; dropped.", c -> c.txMalformed),
    TX_NO_FRAME("port.tx-no-frame", "Segments lost because no frame was free to build them in.", c -> c.txNoFrame),
    PEERS_LOST("port.peers-lost", "Peers that went away; the port waits for the next.", c -> c.peersLost),
    PEERS_BROKEN("port.peers-broken", "Peers given up because they wrote what cannot be.", c -> c.peersBroken),
    FAULT_LOST("port.fault-lost", "Segments dropped on purpose.", c -> c.faultLost),
    FAULT_CORRUPTED("port.fault-corrupted", "Segments with a bit flipped on purpose.", c -> c.faultCorrupted),
    FAULT_DUPLICATED("port.fault-duplicated", "Segments doubled on purpose.", c -> c.faultDuplicated),
    FAULT_REORDERED(
            "port.fault-reordered",
            "Segments held back on purpose until later ones had passed.",
            c -> c.faultReordered),
    FAULT_OVERFLOW(
            "port.fault-overflow",
            "Segments dropped because too many were being delayed on purpose.",
            c -> c.faultOverflow),
    FAULT_QUEUE_FULL(
            "port.fault-queue-full",
            "Segments dropped because the queue before the slow wire was full.",
            c -> c.faultQueueFull);

    private final String label;
    private final String sentence;
    private final ToLongFunction<PortCounters> field;

    PortCount(final String label, final String sentence, final ToLongFunction<PortCounters> field) {
        this.label = label;
        this.sentence = sentence;
        this.field = field;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public String sentence() {
        return sentence;
    }

    /** This count in {@code counters}. */
    public long of(final PortCounters counters) {
        return field.applyAsLong(counters);
    }
}
