package org.pno.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** ICMPv6 and the messages of neighbour discovery. */
class NdpTest {
    private final MemorySegment memory = MemorySegment.ofArray(new byte[128]);
    private final Icmpv6Header icmp = new Icmpv6Header().wrap(memory, 0);
    private final NdpMessage message = new NdpMessage().wrap(memory, 0);
    private final NdpOptions options = new NdpOptions();

    private String hex(final int length) {
        return HexFormat.of().formatHex(memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
    }

    @Example
    void shouldWriteAnEcho() {
        icmp.type(Icmpv6Header.ECHO_REQUEST)
                .code(0)
                .identifier(0x1234)
                .sequence(7)
                .updateChecksum(8, 100);

        assertNull(Icmpv6Header.validate(memory, 0, 8, 100, false));
        assertEquals("8000" + hex(4).substring(4) + "12340007", hex(8));
        assertEquals(0x1234, icmp.identifier());
        assertEquals(7, icmp.sequence());
    }

    @Example
    void shouldRefuseAWrongChecksum() {
        icmp.type(Icmpv6Header.ECHO_REQUEST).code(0).word(0).updateChecksum(8, 100);

        assertEquals(WireDrop.ICMPV6_CHECKSUM, Icmpv6Header.validate(memory, 0, 8, 101, false));
        assertNull(Icmpv6Header.validate(memory, 0, 8, 101, true));
        assertEquals(WireDrop.ICMPV6_TRUNCATED, Icmpv6Header.validate(memory, 0, 7, 100, true));
    }

    @Example
    void shouldWriteAnAdvertisement() {
        icmp.type(Icmpv6Header.NEIGHBOUR_ADVERTISEMENT).code(0);
        message.flags(NdpMessage.FLAG_SOLICITED | NdpMessage.FLAG_OVERRIDE).target(0xFD00L << 48, 5);
        NdpOptions.writeMac(memory, NdpMessage.ADVERTISEMENT_BYTES, NdpOptions.TARGET_MAC, 0x0200_0000_0001L);

        assertEquals("88000000" + "60000000" + "fd000000000000000000000000000005" + "0201020000000001", hex(32));
        assertEquals(5, message.targetLo());
        assertTrue(options.parse(memory, NdpMessage.headLength(icmp.type()), NdpOptions.MAC_BYTES));
        assertEquals(0x0200_0000_0001L, options.targetMac());
        assertEquals(NdpOptions.NO_MAC, options.sourceMac());
    }

    @Example
    void shouldReadARouterAdvertisement() {
        icmp.type(Icmpv6Header.ROUTER_ADVERTISEMENT).code(0);
        message.currentHopLimit(255)
                .routerLifetimeSeconds(1800)
                .reachableMillis(30_000)
                .retransmitMillis(1000);
        NdpOptions.writeMac(memory, 16, NdpOptions.SOURCE_MAC, 0x0200_0000_0002L);
        NdpOptions.writeMtu(memory, 24, 1400);
        NdpOptions.writePrefix(memory, 32, IpPrefix.parse("2001:db8:1::/64"), 3600);

        assertEquals(255, message.currentHopLimit());
        assertEquals(1800, message.routerLifetimeSeconds());
        assertEquals(30_000, message.reachableMillis());
        assertEquals(1000, message.retransmitMillis());
        assertTrue(options.parse(memory, 16, 48));
        assertEquals(0x0200_0000_0002L, options.sourceMac());
        assertEquals(1400, options.mtuBytes());
        assertEquals(1, options.prefixCount());
        assertEquals("2001:db8:1::", IpAddress.format(options.prefixHi(0), options.prefixLo(0)));
        assertEquals(64, options.prefixLength(0));
        assertTrue(options.isOnLink(0));
        assertFalse(options.isAutonomous(0));
        assertEquals(3600, options.validSeconds(0));
    }

    @Example
    void shouldRefuseAnOptionOfNoLength() {
        BigEndian.u16(memory, 0, 0x0100);
        assertFalse(options.parse(memory, 0, 8));
    }

    @Example
    void shouldRefuseAnOptionBeyondTheEnd() {
        BigEndian.u16(memory, 0, 0x0E02);
        assertFalse(options.parse(memory, 0, 8));
        assertFalse(options.parse(memory, 0, 1));
    }

    @Example
    void shouldSkipOptionsThatItDoesNotKnow() {
        BigEndian.u16(memory, 0, 0x0E01);
        NdpOptions.writeMac(memory, 8, NdpOptions.SOURCE_MAC, 0x0200_0000_0002L);

        assertTrue(options.parse(memory, 0, 16));
        assertEquals(0x0200_0000_0002L, options.sourceMac());
    }

    @Example
    void shouldForgetTheMessageBefore() {
        NdpOptions.writeMac(memory, 0, NdpOptions.SOURCE_MAC, 0x0200_0000_0002L);
        options.parse(memory, 0, 8);

        assertTrue(options.parse(memory, 0, 0));
        assertEquals(NdpOptions.NO_MAC, options.sourceMac());
    }

    @Property
    void shouldReadAnyOptions(@ForAll @Size(max = 120) final byte[] bytes) {
        for (int i = 1; i < bytes.length; i += 8) {
            bytes[i] &= 7;
        }
        final boolean whole = options.parse(MemorySegment.ofArray(bytes), 0, bytes.length);

        assertTrue(options.prefixCount() <= NdpOptions.MAX_PREFIXES);
        assertTrue(!whole || bytes.length % 8 == 0);
    }
}
