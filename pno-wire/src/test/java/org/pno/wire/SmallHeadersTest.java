package org.pno.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Ethernet, ARP, ICMP and the offload marks. */
class SmallHeadersTest {
    private final MemorySegment memory = MemorySegment.ofArray(new byte[64]);

    private String hex(final int length) {
        return HexFormat.of().formatHex(memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void shouldWriteAnEthernetHeader() {
        final EthernetHeader header = new EthernetHeader()
                .wrap(memory, 0)
                .destination(0xFF02_0304_0506L)
                .source(0x0202_0000_0001L)
                .etherType(EthernetHeader.ETHERTYPE_ARP);

        assertEquals("ff0203040506" + "020200000001" + "0806", hex(EthernetHeader.BYTES));
        assertEquals(0xFF02_0304_0506L, header.destination());
        assertEquals(0x0202_0000_0001L, header.source());
        assertEquals(EthernetHeader.ETHERTYPE_ARP, header.etherType());
    }

    @Test
    void shouldRefuseAFrameWithoutAnEthernetHeader() {
        assertEquals(WireDrop.ETHERNET_TRUNCATED, EthernetHeader.validate(13));
        assertNull(EthernetHeader.validate(14));
    }

    @Test
    void shouldWriteAnArpPacket() {
        final ArpPacket packet = new ArpPacket()
                .wrap(memory, 0)
                .initialize()
                .operation(ArpPacket.REPLY)
                .senderMac(0x0202_0000_0001L)
                .senderIp(0x0A4D0001)
                .targetMac(0x0202_0000_0002L)
                .targetIp(0x0A4D0002);

        assertEquals(
                "0001" + "0800" + "0604" + "0002" + "020200000001" + "0a4d0001" + "020200000002" + "0a4d0002",
                hex(ArpPacket.BYTES));
        assertNull(ArpPacket.validate(memory, 0, ArpPacket.BYTES));
        assertEquals(ArpPacket.REPLY, packet.operation());
        assertEquals(0x0202_0000_0001L, packet.senderMac());
        assertEquals(0x0A4D0001, packet.senderIp());
        assertEquals(0x0202_0000_0002L, packet.targetMac());
        assertEquals(0x0A4D0002, packet.targetIp());
    }

    @Test
    void shouldRefuseArpThatIsCutOrOfOtherProtocols() {
        new ArpPacket().wrap(memory, 0).initialize().operation(ArpPacket.REQUEST);
        assertEquals(WireDrop.ARP_TRUNCATED, ArpPacket.validate(memory, 0, 27));

        for (final int offset : new int[] {1, 3, 4, 5, 7}) {
            final int before = BigEndian.u8(memory, offset);
            BigEndian.u8(memory, offset, before + 7);
            assertEquals(WireDrop.ARP_FORMAT, ArpPacket.validate(memory, 0, ArpPacket.BYTES), "byte " + offset);
            BigEndian.u8(memory, offset, before);
        }
    }

    @Test
    void shouldWriteAnIcmpHeader() {
        final Icmpv4Header header = new Icmpv4Header()
                .wrap(memory, 0)
                .type(Icmpv4Header.DESTINATION_UNREACHABLE)
                .code(Icmpv4Header.CODE_FRAGMENTATION_NEEDED)
                .identifier(0)
                .nextHopMtuBytes(1400)
                .updateChecksum(12);

        assertEquals("0304" + "f783" + "0000" + "0578", hex(Icmpv4Header.BYTES));
        assertEquals(1400, header.nextHopMtuBytes());
        assertNull(Icmpv4Header.validate(memory, 0, 12, false));
    }

    @Test
    void shouldRefuseIcmpThatIsCutOrWrong() {
        final Icmpv4Header header = new Icmpv4Header().wrap(memory, 0);
        header.type(Icmpv4Header.ECHO_REQUEST).identifier(7).sequence(1).updateChecksum(20);
        header.sequence(2);

        assertEquals(WireDrop.ICMPV4_TRUNCATED, Icmpv4Header.validate(memory, 0, 7, false));
        assertEquals(WireDrop.ICMPV4_CHECKSUM, Icmpv4Header.validate(memory, 0, 20, false));
        assertNull(Icmpv4Header.validate(memory, 0, 20, true));
    }

    @Test
    void shouldWriteMarksInLittleEndian() {
        final VirtioNetHeader marks = new VirtioNetHeader()
                .wrap(memory, 0)
                .clear()
                .flags(VirtioNetHeader.NEEDS_CSUM)
                .gsoType(VirtioNetHeader.GSO_TCPV4)
                .headerLength(66)
                .gsoSizeBytes(1448)
                .checksumStart(34)
                .checksumOffset(TcpHeader.CHECKSUM_OFFSET);

        assertEquals("01" + "01" + "4200" + "a805" + "2200" + "1000", hex(VirtioNetHeader.BYTES));
        assertTrue(marks.needsChecksum() && marks.checksumKnownGood() && marks.isSegmented());
        assertEquals(66, marks.headerLength());
        assertEquals(1448, marks.gsoSizeBytes());
        assertEquals(34, marks.checksumStart());
        assertEquals(16, marks.checksumOffset());
    }

    @Test
    void shouldClearMarksAndNothingElse() {
        memory.fill((byte) 0xFF);
        final VirtioNetHeader marks = new VirtioNetHeader().wrap(memory, 0).clear();

        assertEquals("00".repeat(VirtioNetHeader.BYTES) + "ff", hex(VirtioNetHeader.BYTES + 1));
        assertFalse(marks.needsChecksum() || marks.checksumKnownGood() || marks.isSegmented());
    }

    @Test
    void shouldGiveEveryDropItsOwnLabelAndASentence() {
        final Set<String> labels =
                Stream.of(WireDrop.values()).map(WireDrop::label).collect(Collectors.toSet());

        assertEquals(WireDrop.values().length, labels.size());
        assertTrue(Stream.of(WireDrop.values()).allMatch(drop -> drop.sentence().endsWith(".")));
    }
}
