package org.pno.ip;

import java.lang.foreign.MemorySegment;
import org.pno.counters.CounterGroup;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Icmpv6Header;
import org.pno.wire.Ipv6Header;
import org.pno.wire.NdpMessage;
import org.pno.wire.VirtioNetHeader;

/**
 * The frame of one ICMPv6 message of ours: {@link #open} takes it and writes the headers, the caller says from where to
 * where and writes the message, {@link #send} completes and transmits. One at a time.
 */
final class Icmpv6Output {
    /** Where the message starts in a frame. */
    static final int MESSAGE_OFFSET = EthernetHeader.BYTES + Ipv6Header.BYTES;

    private final long mac;
    private final FrameOutput output;
    private final CounterGroup<IpCounter> counters;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv6Header ip = new Ipv6Header();
    private final Icmpv6Header icmp = new Icmpv6Header();
    private final NdpMessage ndp = new NdpMessage();
    private final VirtioNetHeader marks = new VirtioNetHeader();
    private long frame;

    Icmpv6Output(final long mac, final FrameOutput output, final CounterGroup<IpCounter> counters) {
        this.mac = mac;
        this.output = output;
        this.counters = counters;
    }

    /**
     * Takes a frame and writes its headers but for the addresses.
     *
     * @param station the Ethernet address it goes to
     * @return false if there was no frame: counted
     */
    boolean open(final long station, final int type, final int code, final int hopLimit) {
        frame = output.allocate();
        if (frame == FrameOutput.NO_FRAME) {
            counters.increment(IpCounter.NO_FRAME);
            return false;
        }
        marks.wrap(output.memory(), frame - VirtioNetHeader.BYTES).clear();
        ethernet.wrap(output.memory(), frame).destination(station).source(mac).etherType(EthernetHeader.ETHERTYPE_IPV6);
        ip.wrap(output.memory(), frame + EthernetHeader.BYTES)
                .initialize(hopLimit)
                .nextHeader(Ipv6Header.PROTOCOL_ICMPV6);
        icmp.wrap(output.memory(), frame + MESSAGE_OFFSET).type(type).code(code).word(0);
        ndp.wrap(output.memory(), frame + MESSAGE_OFFSET);
        return true;
    }

    Icmpv6Output from(final long hi, final long lo) {
        ip.source(hi, lo);
        return this;
    }

    Icmpv6Output to(final long hi, final long lo) {
        ip.destination(hi, lo);
        return this;
    }

    /** The IPv6 header. */
    Ipv6Header ip() {
        return ip;
    }

    /** The message, its last four bytes of head 0. */
    Icmpv6Header icmp() {
        return icmp;
    }

    /** The same, as a message of neighbour discovery. */
    NdpMessage ndp() {
        return ndp;
    }

    /** The memory that frames live in. */
    MemorySegment memory() {
        return output.memory();
    }

    /** Where the message starts in {@link #memory()}. */
    long messageOffset() {
        return frame + MESSAGE_OFFSET;
    }

    /** Completes and transmits a message of {@code length} bytes. */
    void send(final int length) {
        ip.payloadLength(length);
        icmp.updateChecksum(length, ip.pseudoHeaderSum(Ipv6Header.PROTOCOL_ICMPV6, length));
        output.transmit(frame, MESSAGE_OFFSET + length);
    }
}
