package org.pno.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Ipv6HeaderTest {
    private static final IpAddress SOURCE = IpAddress.parse("fd00::1");
    private static final IpAddress DESTINATION = IpAddress.parse("fd00::2");

    private final MemorySegment memory = MemorySegment.ofArray(new byte[80]);
    private final Ipv6Header header = new Ipv6Header().wrap(memory, 0);

    private Ipv6Header sample() {
        return header.initialize(64)
                .payloadLength(32)
                .nextHeader(Ipv6Header.PROTOCOL_TCP)
                .source(SOURCE.hi(), SOURCE.lo())
                .destination(DESTINATION.hi(), DESTINATION.lo());
    }

    @Test
    void shouldWriteTheBytesOfRfc8200() {
        sample().dscpEcn(0xB9).flowLabel(0xABCDE);

        assertEquals(
                "6b9abcde" + "00200640" + "fd000000000000000000000000000001" + "fd000000000000000000000000000002",
                HexFormat.of().formatHex(memory.asSlice(0, 40).toArray(ValueLayout.JAVA_BYTE)));
        assertNull(Ipv6Header.validate(memory, 0, 72));
    }

    @Test
    void shouldReadBackWhatWasWritten() {
        sample().flowLabel(0x12345).dscpEcn(0x02);

        assertEquals(0x02, header.dscpEcn());
        assertEquals(0x12345, header.flowLabel());
        assertEquals(32, header.payloadLength());
        assertEquals(40, header.payloadOffset());
        assertEquals(Ipv6Header.PROTOCOL_TCP, header.nextHeader());
        assertEquals(64, header.hopLimit());
        assertEquals(SOURCE, new IpAddress(header.sourceHi(), header.sourceLo()));
        assertEquals(DESTINATION, new IpAddress(header.destinationHi(), header.destinationLo()));
    }

    @Test
    void shouldRefuseAnotherVersion() {
        sample();
        BigEndian.u8(memory, 0, 0x45);

        assertEquals(WireDrop.IPV6_VERSION, Ipv6Header.validate(memory, 0, 72));
    }

    @Test
    void shouldRefuseWhatIsShorterThanItSays() {
        sample();

        assertEquals(WireDrop.IPV6_TRUNCATED, Ipv6Header.validate(memory, 0, 39));
        assertEquals(WireDrop.IPV6_TRUNCATED, Ipv6Header.validate(memory, 0, 71));
    }

    @Test
    void shouldAcceptPaddingBehindThePacket() {
        sample();

        assertNull(Ipv6Header.validate(memory, 0, 80));
    }

    @Test
    void shouldSumThePseudoHeader() {
        final long sum = sample().pseudoHeaderSum(Ipv6Header.PROTOCOL_TCP, 32);

        // By hand: fd00 twice, 1 and 2, length and protocol.
        assertEquals(Checksum.fold(0xFD00 + 0xFD00 + 1 + 2 + 32 + 6), Checksum.fold(sum));
    }

    @Test
    void shouldKnowTheAddressesOfTheLink() {
        final long lo = 0x0123_4567_89AB_CDEFL;
        assertEquals("ff02::1:ffab:cdef", IpAddress.format(IpAddress.LINK_MULTICAST_HI, IpAddress.solicitedNodeLo(lo)));
        assertEquals("33:33:ff:ab:cd:ef", MacAddress.format(MacAddress.multicastIpv6(IpAddress.solicitedNodeLo(lo))));
        assertEquals("fe80::ff:fe00:1", IpAddress.format(IpAddress.LINK_LOCAL_HI, IpAddress.eui64(0x0200_0000_0001L)));
    }
}
