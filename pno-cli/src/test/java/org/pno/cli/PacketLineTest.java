package org.pno.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.pno.wire.IpAddress;

class PacketLineTest {
    private static String line(final byte[] frame, final int length) {
        return new PacketLine().of(MemorySegment.ofArray(frame), 0, length, frame.length);
    }

    private static byte[] segment() {
        final ByteBuffer frame = ByteBuffer.allocate(14 + 20 + 20 + 5);
        frame.putShort(12, (short) 0x0800)
                .put(14, (byte) 0x45)
                .putShort(16, (short) 45)
                .put(23, (byte) 6);
        frame.putInt(26, 0x0A4D_0001).putInt(30, 0x0A4D_0002);
        frame.putShort(34, (short) 6379)
                .putShort(36, (short) 40_000)
                .putInt(38, -1)
                .putInt(42, 7);
        frame.put(46, (byte) 0x50).put(47, (byte) 0x18).putShort(48, (short) 512);
        return frame.array();
    }

    @Test
    void shouldTellOfASegment() {
        assertEquals(
                "10.77.0.1:6379 > 10.77.0.2:40000 [P.] seq 4294967295 ack 7 win 512 length 5", line(segment(), 59));
    }

    @Test
    void shouldTellOfASegmentOverIpv6() {
        final ByteBuffer frame = ByteBuffer.allocate(14 + 40 + 20);
        frame.putShort(12, (short) 0x86DD)
                .put(14, (byte) 0x60)
                .putShort(18, (short) 20)
                .put(20, (byte) 6);
        frame.putLong(22, IpAddress.LINK_LOCAL_HI)
                .putLong(30, 1)
                .putLong(38, IpAddress.LINK_LOCAL_HI)
                .putLong(46, 2);
        frame.putShort(54, (short) 1)
                .putShort(56, (short) 2)
                .put(66, (byte) 0x50)
                .put(67, (byte) 2);
        assertEquals("[fe80::1]:1 > [fe80::2]:2 [S] seq 0 ack 0 win 0 length 0", line(frame.array(), 74));
    }

    @Test
    void shouldTellWhatItCanOfAFrameThatIsCut() {
        assertEquals("EtherType 0x0800, 59 bytes", line(segment(), 20));
    }

    @Test
    void shouldTellOfArp() {
        final ByteBuffer frame = ByteBuffer.allocate(42);
        frame.putShort(12, (short) 0x0806).putInt(28, 0x0A4D_0001).putInt(38, 0x0A4D_0002);
        assertEquals("10.77.0.1 > 10.77.0.2 ARP, 42 bytes", line(frame.array(), 42));
    }
}
