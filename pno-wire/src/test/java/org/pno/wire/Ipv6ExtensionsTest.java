package org.pno.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class Ipv6ExtensionsTest {
    private static final int TRANSPORT_BYTES = 20;

    private final MemorySegment memory = MemorySegment.ofArray(new byte[512]);
    private final Ipv6Header header = new Ipv6Header().wrap(memory, 0).initialize(64);
    private final Ipv6Extensions extensions = new Ipv6Extensions();
    private long nextField = Ipv6Header.NEXT_HEADER_OFFSET;
    private long at = Ipv6Header.BYTES;

    /** Adds a header of eight bytes, its last six given, before the transport's. */
    private Ipv6ExtensionsTest with(final int kind, final long content) {
        BigEndian.u8(memory, nextField, kind);
        BigEndian.i64(memory, at, content & 0xFFFF_FFFF_FFFFL);
        nextField = at;
        at += 8;
        return this;
    }

    private int walk(final int protocol) {
        BigEndian.u8(memory, nextField, protocol);
        header.payloadLength((int) at - Ipv6Header.BYTES + TRANSPORT_BYTES);
        return extensions.walk(memory, 0, header);
    }

    @Example
    void shouldFindATransportWithoutExtensions() {
        assertEquals(Ipv6Extensions.TRANSPORT, walk(Ipv6Header.PROTOCOL_TCP));
        assertEquals(Ipv6Header.PROTOCOL_TCP, extensions.protocol());
        assertEquals(40, extensions.transportOffset());
        assertEquals(TRANSPORT_BYTES, extensions.transportLength());
        assertEquals(Ipv6Header.NEXT_HEADER_OFFSET, extensions.protocolPointer());
    }

    @Example
    void shouldPassOverOptionsThatMayBeSkipped() {
        with(Ipv6Header.HOP_BY_HOP, 0x0504_0000_0000L); // router alert, padding
        with(Ipv6Header.DESTINATION_OPTIONS, 0x0104_0000_0000L);

        assertEquals(Ipv6Extensions.TRANSPORT, walk(Ipv6Header.PROTOCOL_ICMPV6));
        assertEquals(Ipv6Header.PROTOCOL_ICMPV6, extensions.protocol());
        assertEquals(56, extensions.transportOffset());
        assertEquals(48, extensions.protocolPointer());
    }

    @Example
    void shouldDropForAnUnknownOptionThatAsksForIt() {
        with(Ipv6Header.DESTINATION_OPTIONS, 0x5E04_0000_0000L);

        assertEquals(Ipv6Extensions.DROP, walk(Ipv6Header.PROTOCOL_TCP));
        assertEquals(WireDrop.IPV6_OPTION, extensions.drop());
    }

    @Example
    void shouldReportAnUnknownOptionThatAsksForIt() {
        with(Ipv6Header.DESTINATION_OPTIONS, 0x9E04_0000_0000L);

        assertEquals(Ipv6Extensions.PROBLEM, walk(Ipv6Header.PROTOCOL_TCP));
        assertEquals(Icmpv6Header.CODE_UNKNOWN_OPTION, extensions.problemCode());
        assertEquals(42, extensions.problemPointer());
    }

    @Example
    void shouldNotReportToMulticastWhatAsksNotTo() {
        header.destination(IpAddress.LINK_MULTICAST_HI, 1);
        with(Ipv6Header.DESTINATION_OPTIONS, 0xDE04_0000_0000L);

        assertEquals(Ipv6Extensions.DROP, walk(Ipv6Header.PROTOCOL_TCP));
    }

    @Example
    void shouldReportToOneHostWhatMulticastIsSpared() {
        header.destination(0xFD00L << 48, 1);
        with(Ipv6Header.DESTINATION_OPTIONS, 0xDE04_0000_0000L);

        assertEquals(Ipv6Extensions.PROBLEM, walk(Ipv6Header.PROTOCOL_TCP));
    }

    @Example
    void shouldDropForAnOptionBeyondItsHeader() {
        with(Ipv6Header.DESTINATION_OPTIONS, 0x0105_0000_0000L);

        assertEquals(Ipv6Extensions.DROP, walk(Ipv6Header.PROTOCOL_TCP));
        assertEquals(WireDrop.IPV6_OPTION, extensions.drop());
    }

    @Example
    void shouldPassOverARoutingHeaderThatHasNoSegmentsLeft() {
        with(Ipv6Header.ROUTING, 0x0000_0000_0000L);

        assertEquals(Ipv6Extensions.TRANSPORT, walk(Ipv6Header.PROTOCOL_TCP));
    }

    @Example
    void shouldReportARoutingHeaderWithSegmentsLeft() {
        with(Ipv6Header.ROUTING, 0x0001_0000_0000L);

        assertEquals(Ipv6Extensions.PROBLEM, walk(Ipv6Header.PROTOCOL_TCP));
        assertEquals(Icmpv6Header.CODE_ERRONEOUS_FIELD, extensions.problemCode());
        assertEquals(42, extensions.problemPointer());
    }

    @Example
    void shouldReportHopByHopOptionsThatDoNotComeFirst() {
        with(Ipv6Header.DESTINATION_OPTIONS, 0x0104_0000_0000L).with(Ipv6Header.HOP_BY_HOP, 0x0104_0000_0000L);

        assertEquals(Ipv6Extensions.PROBLEM, walk(Ipv6Header.PROTOCOL_TCP));
        assertEquals(Icmpv6Header.CODE_UNKNOWN_NEXT_HEADER, extensions.problemCode());
        assertEquals(40, extensions.problemPointer());
    }

    @Example
    void shouldTakeAPacketInOnePartForWhole() {
        with(Ipv6Header.FRAGMENT, 0x0000_1234_5678L);

        assertEquals(Ipv6Extensions.TRANSPORT, walk(Ipv6Header.PROTOCOL_TCP));
        assertEquals(48, extensions.transportOffset());
    }

    @Example
    void shouldStopAtAPart() {
        with(Ipv6Header.FRAGMENT, 0x0591_1234_5678L);

        assertEquals(Ipv6Extensions.PART, walk(Ipv6Header.PROTOCOL_TCP));
        assertEquals(0x590, extensions.fragmentOffset());
        assertTrue(extensions.moreFragments());
        assertEquals(0x1234_5678, extensions.identification());
        assertEquals(48, extensions.partOffset());
        assertEquals(TRANSPORT_BYTES, extensions.partLength());
        assertEquals(Ipv6Header.PROTOCOL_TCP, extensions.fragmentNextHeader());
    }

    @Example
    void shouldGoOnIntoTheFirstPart() {
        with(Ipv6Header.FRAGMENT, 0x0001_1234_5678L).with(Ipv6Header.DESTINATION_OPTIONS, 0x0104_0000_0000L);
        assertEquals(Ipv6Extensions.PART, walk(Ipv6Header.PROTOCOL_TCP));

        assertEquals(Ipv6Extensions.TRANSPORT, extensions.walkInto());
        assertEquals(Ipv6Header.PROTOCOL_TCP, extensions.protocol());
        assertEquals(56, extensions.transportOffset());
    }

    @Example
    void shouldRefuseAPartOfAPart() {
        with(Ipv6Header.FRAGMENT, 0x0000_1234_5678L).with(Ipv6Header.FRAGMENT, 0x0000_1234_5678L);

        assertEquals(Ipv6Extensions.DROP, walk(Ipv6Header.PROTOCOL_TCP));
    }

    @Example
    void shouldBoundTheNumberOfHeaders() {
        for (int i = 0; i < Ipv6Extensions.MAX_HEADERS; i++) {
            with(Ipv6Header.DESTINATION_OPTIONS, 0x0104_0000_0000L);
        }
        assertEquals(Ipv6Extensions.TRANSPORT, walk(Ipv6Header.PROTOCOL_TCP));

        with(Ipv6Header.DESTINATION_OPTIONS, 0x0104_0000_0000L);
        assertEquals(Ipv6Extensions.DROP, walk(Ipv6Header.PROTOCOL_TCP));
        assertEquals(WireDrop.IPV6_EXTENSION_COUNT, extensions.drop());
    }

    @Example
    void shouldDropAHeaderBeyondThePacket() {
        with(Ipv6Header.DESTINATION_OPTIONS, 0x0104_0000_0000L);
        BigEndian.u8(memory, 41, 30);

        assertEquals(Ipv6Extensions.DROP, walk(Ipv6Header.PROTOCOL_TCP));
        assertEquals(WireDrop.IPV6_EXTENSION_TRUNCATED, extensions.drop());
    }

    /** Whatever stands there: the walk ends, and what it names lies within the packet. */
    @Property
    void shouldStayWithinAPacketThatWasValidated(@ForAll @Size(max = 120) final byte[] bytes, @ForAll final byte kind) {
        final byte[] packet = new byte[Ipv6Header.BYTES + bytes.length];
        System.arraycopy(bytes, 0, packet, Ipv6Header.BYTES, bytes.length);
        final MemorySegment segment = MemorySegment.ofArray(packet);
        final int[] kinds = {Ipv6Header.HOP_BY_HOP, Ipv6Header.ROUTING, Ipv6Header.FRAGMENT, 60};
        final Ipv6Header any = new Ipv6Header()
                .wrap(segment, 0)
                .initialize(64)
                .nextHeader(kinds[kind & 3])
                .payloadLength(bytes.length);
        for (int i = 0; i + 1 < bytes.length && (kind & 4) != 0; i += 8) {
            packet[Ipv6Header.BYTES + i] = (byte) kinds[bytes[i] & 3];
            packet[Ipv6Header.BYTES + i + 1] &= 1;
        }

        final int answer = extensions.walk(segment, 0, any);

        if (answer == Ipv6Extensions.TRANSPORT) {
            assertTrue(extensions.transportLength() >= 0);
            assertEquals(packet.length, extensions.transportOffset() + extensions.transportLength());
        } else if (answer == Ipv6Extensions.PART) {
            assertTrue(extensions.partLength() >= 0);
            assertFalse(extensions.walkInto() == Ipv6Extensions.PART);
        } else if (answer == Ipv6Extensions.PROBLEM) {
            assertTrue(extensions.problemPointer() < packet.length);
        }
    }
}
