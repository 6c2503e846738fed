package org.pno.port.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pno.port.TestFrames;
import org.pno.port.pcap.CaptureFilter.Connection;
import org.pno.wire.IpAddress;

class CaptureFilterTest {
    private static final IpAddress LEFT = IpAddress.parse("10.77.0.1"); // as TestFrames has it, port 6379
    private static final IpAddress RIGHT = IpAddress.parse("10.77.0.2"); // port 40000
    private static final IpAddress V6_LEFT = IpAddress.parse("fd00::1");
    private static final IpAddress V6_RIGHT = IpAddress.parse("fd00::2");

    private static FrameEnds ends(final byte[] frame) {
        final MemorySegment memory = MemorySegment.ofArray(frame);
        return new FrameEnds().read(memory, 0, frame.length);
    }

    private static FrameEnds tcp() {
        return ends(TestFrames.tcp(1, 1, TestFrames.ACK, new byte[10]));
    }

    private static byte[] tcpOverIpv6() {
        final ByteBuffer frame = ByteBuffer.allocate(14 + 40 + 20);
        frame.putShort(12, (short) 0x86DD).put(14, (byte) 0x60);
        frame.putShort(18, (short) 20).put(20, (byte) 6).put(21, (byte) 64);
        frame.putLong(22, V6_LEFT.hi()).putLong(30, V6_LEFT.lo());
        frame.putLong(38, V6_RIGHT.hi()).putLong(46, V6_RIGHT.lo());
        frame.putShort(54, (short) 80).putShort(56, (short) 5000);
        return frame.array();
    }

    private static byte[] arp() {
        final byte[] frame = new byte[42];
        TestFrames.put16(frame, 12, 0x0806);
        TestFrames.put32(frame, 28, LEFT.ipv4());
        TestFrames.put32(frame, 38, RIGHT.ipv4());
        return frame;
    }

    private static boolean admits(final CaptureFilter filter, final FrameEnds ends) {
        return filter.admits(ends, true);
    }

    private static CaptureFilter host(final IpAddress host) {
        return new CaptureFilter(host.hi(), host.lo(), 0, List.of());
    }

    private static CaptureFilter port(final int port) {
        return new CaptureFilter(0, 0, port, List.of());
    }

    private static CaptureFilter connection(final IpAddress a, final int portA, final IpAddress b, final int portB) {
        return new CaptureFilter(0, 0, 0, List.of(new Connection(a.hi(), a.lo(), portA, b.hi(), b.lo(), portB)));
    }

    @Test
    void shouldAdmitEverythingByDefault() {
        assertTrue(admits(CaptureFilter.all(), ends(new byte[3])));
        assertTrue(admits(CaptureFilter.all(), tcp()));
    }

    @Test
    void shouldMatchAHostAtEitherEnd() {
        assertTrue(admits(host(LEFT), tcp()));
        assertTrue(admits(host(RIGHT), tcp()));
        assertFalse(admits(host(V6_LEFT), tcp()));
        assertTrue(admits(host(V6_RIGHT), ends(tcpOverIpv6())));
    }

    @Test
    void shouldMatchTheHostsOfArp() {
        assertTrue(admits(host(LEFT), ends(arp())));
        assertTrue(admits(host(RIGHT), ends(arp())));
        assertFalse(admits(host(V6_LEFT), ends(arp())));
    }

    @Test
    void shouldMatchAPortAtEitherEnd() {
        assertTrue(admits(port(6379), tcp()));
        assertTrue(admits(port(40_000), tcp()));
        assertFalse(admits(port(80), tcp()));
        assertTrue(admits(port(80), ends(tcpOverIpv6())));
    }

    @Test
    void shouldNotMatchAPortOfAFragment() {
        final byte[] frame = TestFrames.tcp(1, 1, TestFrames.ACK, new byte[10]);
        TestFrames.put16(frame, 20, 0x2000);
        assertFalse(admits(port(6379), ends(frame)));
        assertTrue(admits(host(LEFT), ends(frame)));
    }

    @Test
    void shouldMatchAConnectionNamedFromEitherEnd() {
        assertTrue(admits(connection(LEFT, 6379, RIGHT, 40_000), tcp()));
        assertTrue(admits(connection(RIGHT, 40_000, LEFT, 6379), tcp()));
        assertFalse(admits(connection(LEFT, 6379, RIGHT, 40_001), tcp()));
        assertFalse(admits(connection(LEFT, 40_000, RIGHT, 6379), tcp()));
        assertTrue(admits(connection(V6_RIGHT, 5000, V6_LEFT, 80), ends(tcpOverIpv6())));
    }

    @Test
    void shouldMatchAllConnectionsOfOneEnd() {
        assertTrue(admits(connection(LEFT, 6379, IpAddress.ANY, 0), tcp()));
        assertTrue(admits(connection(RIGHT, 40_000, IpAddress.ANY, 0), tcp()));
        assertFalse(admits(connection(RIGHT, 6379, IpAddress.ANY, 0), tcp()));
    }

    @Test
    void shouldReadTheEndsOfIpv6() {
        final FrameEnds ends = ends(tcpOverIpv6());
        assertEquals(V6_LEFT, new IpAddress(ends.sourceHi(), ends.sourceLo()));
        assertEquals(80, ends.sourcePort());
        assertEquals(20, ends.transportLength());
        assertTrue(ends.isTcp());
    }

    @Test
    void shouldFindNothingInAFrameThatIsCut() {
        final byte[] whole = tcpOverIpv6();
        for (int length = 0; length < whole.length; length++) {
            assertFalse(new FrameEnds()
                    .read(MemorySegment.ofArray(whole), 0, length)
                    .hasPorts());
        }
    }
}
