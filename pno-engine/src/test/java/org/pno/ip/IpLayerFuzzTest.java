package org.pno.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.ip.IpFixture.ADDRESS;
import static org.pno.ip.IpFixture.MAC;
import static org.pno.ip.IpFixture.PEER_MAC;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.pno.wire.BigEndian;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Ipv4Header;
import org.pno.wire.VirtioNetHeader;

/** Random frames, more or less plausible. */
class IpLayerFuzzTest {
    /** Whatever comes in: it is handed over whole, or counted exactly once. */
    @Property(tries = 2_000)
    void shouldSurviveAnyFrame(@ForAll @Size(max = 120) final byte[] bytes, @ForAll final byte shape) {
        final IpFixture any = new IpFixture();
        final long frame = any.incoming();
        for (int i = 0; i < bytes.length; i++) {
            BigEndian.u8(any.memory, frame + i, bytes[i]);
        }
        shape(any, frame, shape);

        final int answer = any.receive(bytes.length);

        if (answer == IpLayer.TCP) {
            assertTrue(any.ip.payloadOffset() + any.ip.payloadLength() <= frame + bytes.length);
        }
        assertEquals(1, any.count(IpCounter.PACKETS_IN));
    }

    /** Makes random bytes plausible, a layer per bit. */
    private static void shape(final IpFixture any, final long frame, final byte shape) {
        if ((shape & 1) != 0) {
            any.ethernet(
                    MAC, PEER_MAC, (shape & 2) != 0 ? EthernetHeader.ETHERTYPE_IPV4 : EthernetHeader.ETHERTYPE_ARP);
        }
        if ((shape & 4) != 0) {
            BigEndian.u16(any.memory, frame + 14, 0x4500);
            BigEndian.u16(any.memory, frame + 16, BigEndian.u16(any.memory, frame + 16) & 0x7F);
            BigEndian.i32(any.memory, frame + 30, ADDRESS);
        }
        if ((shape & 8) != 0) {
            BigEndian.u8(any.memory, frame + 23, Ipv4Header.PROTOCOL_ICMP);
        }
        if ((shape & 16) != 0) {
            new VirtioNetHeader()
                    .wrap(any.memory, frame - VirtioNetHeader.BYTES)
                    .flags(VirtioNetHeader.DATA_VALID);
        }
        if ((shape & 32) != 0) {
            BigEndian.u16(any.memory, frame + 34, 0x0301);
            BigEndian.u8(any.memory, frame + 42, 0x45);
            BigEndian.u8(any.memory, frame + 51, Ipv4Header.PROTOCOL_TCP);
            BigEndian.i32(any.memory, frame + 54, ADDRESS);
        }
    }
}
