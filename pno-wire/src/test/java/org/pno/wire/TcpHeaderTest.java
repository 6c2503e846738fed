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
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class TcpHeaderTest {
    private static final int OFFSET = 3;

    private final MemorySegment memory = MemorySegment.ofArray(new byte[OFFSET + TcpHeader.MAX_BYTES]);
    private final TcpHeader header = new TcpHeader().wrap(memory, OFFSET);

    @Example
    void shouldWriteTheBytesOfRfc9293() {
        header.sourcePort(0x9C40)
                .destinationPort(6379)
                .sequence(0x01020304)
                .acknowledgment(0x89ABCDEF)
                .headerLength(32)
                .flags(TcpHeader.PSH | TcpHeader.ACK)
                .window(502)
                .checksum(0xBEEF)
                .urgentPointer(1);

        final byte[] bytes = memory.asSlice(OFFSET, TcpHeader.MIN_BYTES).toArray(ValueLayout.JAVA_BYTE);
        assertEquals(
                "9c4018eb" + "01020304" + "89abcdef" + "801801f6" + "beef0001",
                HexFormat.of().formatHex(bytes));
    }

    @Property
    void shouldReadBackWhatWasWritten(
            @ForAll @IntRange(max = 0xFFFF) final int port,
            @ForAll final int sequence,
            @ForAll final int acknowledgment,
            @ForAll @IntRange(min = 5, max = 15) final int words,
            @ForAll @IntRange(max = 0xFF) final int flags) {
        header.sourcePort(port)
                .destinationPort(0xFFFF - port)
                .sequence(sequence)
                .acknowledgment(acknowledgment)
                .headerLength(words * 4)
                .flags(flags)
                .window(port ^ 0x5555)
                .checksum(port ^ 0xFF00)
                .urgentPointer(port ^ 0x00FF);

        assertEquals(port, header.sourcePort());
        assertEquals(0xFFFF - port, header.destinationPort());
        assertEquals(sequence, header.sequence());
        assertEquals(acknowledgment, header.acknowledgment());
        assertEquals(words * 4, header.headerLength());
        assertEquals(words * 4 - 20, header.optionsLength());
        assertEquals(OFFSET + 20, header.optionsOffset());
        assertEquals(OFFSET + words * 4, header.payloadOffset());
        assertEquals(flags, header.flags());
        assertEquals(port ^ 0x5555, header.window());
        assertEquals(port ^ 0xFF00, header.checksum());
        assertEquals(port ^ 0x00FF, header.urgentPointer());
    }

    @Example
    void shouldTellIfAnyFlagIsSet() {
        header.flags(TcpHeader.SYN | TcpHeader.ACK);

        assertTrue(header.has(TcpHeader.SYN | TcpHeader.RST));
        assertFalse(header.has(TcpHeader.FIN | TcpHeader.RST));
    }

    @Example
    void shouldRefuseASegmentShorterThanAHeader() {
        header.headerLength(20);

        assertEquals(WireDrop.TCP_TRUNCATED, TcpHeader.validate(memory, OFFSET, 19));
        assertNull(TcpHeader.validate(memory, OFFSET, 20));
    }

    @Example
    void shouldRefuseADataOffsetOutsideTheSegment() {
        header.headerLength(16);
        assertEquals(WireDrop.TCP_DATA_OFFSET, TcpHeader.validate(memory, OFFSET, 40));
        header.headerLength(44);
        assertEquals(WireDrop.TCP_DATA_OFFSET, TcpHeader.validate(memory, OFFSET, 40));
        assertNull(TcpHeader.validate(memory, OFFSET, 44));
    }

    @Example
    void shouldRefuseAWrongChecksum() {
        final long pseudo = Checksum.pseudoHeader(1, 2, Ipv4Header.PROTOCOL_TCP, 20);
        header.headerLength(20).sequence(77).checksum(0);
        header.checksum(Checksum.finish(pseudo + Checksum.sum(memory, OFFSET, 20)));

        assertNull(TcpHeader.validateChecksum(memory, OFFSET, 20, pseudo));
        header.sequence(78);
        assertEquals(WireDrop.TCP_CHECKSUM, TcpHeader.validateChecksum(memory, OFFSET, 20, pseudo));
    }

    /** A segment that ends where the packet ends throws if anything beyond is read. */
    @Property
    void shouldStayWithinASegmentThatWasValidated(@ForAll @Size(max = 80) final byte[] bytes) {
        final MemorySegment segment = MemorySegment.ofArray(bytes);
        if (TcpHeader.validate(segment, 0, bytes.length) != null) {
            return;
        }
        final TcpHeader received = new TcpHeader().wrap(segment, 0);

        assertTrue(received.payloadOffset() <= bytes.length);
        assertTrue(received.optionsOffset() + received.optionsLength() == received.payloadOffset());
        assertTrue(received.urgentPointer() >= 0);
        new TcpOptions().parse(segment, received.optionsOffset(), received.optionsLength());
    }
}
