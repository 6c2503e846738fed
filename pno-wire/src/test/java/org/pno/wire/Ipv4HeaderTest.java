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

class Ipv4HeaderTest {
    private final MemorySegment memory = MemorySegment.ofArray(new byte[60]);
    private final Ipv4Header header = new Ipv4Header().wrap(memory, 0);

    private Ipv4Header sample() {
        return header.initialize(64)
                .totalLength(52)
                .fragmentFlags(Ipv4Header.DONT_FRAGMENT)
                .protocol(Ipv4Header.PROTOCOL_TCP)
                .source(0x0A4D0001)
                .destination(0x0A4D0002)
                .updateChecksum();
    }

    @Example
    void shouldWriteTheBytesOfRfc791() {
        sample();

        final byte[] bytes = memory.asSlice(0, 20).toArray(ValueLayout.JAVA_BYTE);
        assertEquals(
                "45000034" + "00004000" + "40062628" + "0a4d0001" + "0a4d0002",
                HexFormat.of().formatHex(bytes));
        assertNull(Ipv4Header.validate(memory, 0, 52));
        assertNull(Ipv4Header.validateChecksum(memory, 0));
    }

    @Example
    void shouldReadBackWhatWasWritten() {
        sample().dscpEcn(0xB9).identification(0xCAFE);

        assertEquals(20, header.headerLength());
        assertEquals(32, header.payloadLength());
        assertEquals(20, header.payloadOffset());
        assertEquals(0xB9, header.dscpEcn());
        assertEquals(0xCAFE, header.identification());
        assertEquals(64, header.ttl());
        assertEquals(Ipv4Header.PROTOCOL_TCP, header.protocol());
        assertEquals(0x0A4D0001, header.source());
        assertEquals(0x0A4D0002, header.destination());
        assertTrue(header.dontFragment());
        assertFalse(header.isFragment());
    }

    @Example
    void shouldTellFragments() {
        sample().fragmentFlags(Ipv4Header.MORE_FRAGMENTS);
        assertTrue(header.isFragment());
        assertEquals(0, header.fragmentOffset());

        BigEndian.u16(memory, 6, 185);
        assertTrue(header.isFragment());
        assertEquals(1480, header.fragmentOffset());
    }

    @Example
    void shouldRefuseAnotherVersion() {
        sample();
        BigEndian.u8(memory, 0, 0x65);

        assertEquals(WireDrop.IPV4_VERSION, Ipv4Header.validate(memory, 0, 52));
    }

    @Example
    void shouldRefuseAHeaderLengthThatCannotBe() {
        sample();
        BigEndian.u8(memory, 0, 0x44);
        assertEquals(WireDrop.IPV4_HEADER_LENGTH, Ipv4Header.validate(memory, 0, 52));
        BigEndian.u8(memory, 0, 0x4E);
        assertEquals(WireDrop.IPV4_HEADER_LENGTH, Ipv4Header.validate(memory, 0, 60));
    }

    @Example
    void shouldRefuseWhatIsShorterThanItSays() {
        sample();

        assertEquals(WireDrop.IPV4_TRUNCATED, Ipv4Header.validate(memory, 0, 19));
        assertEquals(WireDrop.IPV4_TRUNCATED, Ipv4Header.validate(memory, 0, 51));
    }

    @Example
    void shouldAcceptPaddingBehindThePacket() {
        sample();

        assertNull(Ipv4Header.validate(memory, 0, 60));
    }

    @Example
    void shouldRefuseAWrongChecksum() {
        sample().ttl(63);

        assertEquals(WireDrop.IPV4_CHECKSUM, Ipv4Header.validateChecksum(memory, 0));
    }

    @Property
    void shouldStayWithinAPacketThatWasValidated(@ForAll @Size(max = 80) final byte[] bytes) {
        if (bytes.length > 3) {
            bytes[0] = (byte) (0x40 | (bytes[0] & 0x0F));
            bytes[2] = 0;
        }
        final MemorySegment segment = MemorySegment.ofArray(bytes);
        if (Ipv4Header.validate(segment, 0, bytes.length) != null) {
            return;
        }
        final Ipv4Header received = new Ipv4Header().wrap(segment, 0);
        Ipv4Header.validateChecksum(segment, 0);

        assertTrue(received.payloadLength() >= 0);
        assertTrue(received.payloadOffset() + received.payloadLength() <= bytes.length);
    }
}
