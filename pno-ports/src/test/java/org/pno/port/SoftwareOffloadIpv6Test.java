package org.pno.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.pno.port.TestFrames.get16;
import static org.pno.port.TestFrames.get32;
import static org.pno.port.TestFrames.put16;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Segments in IPv6 packets, made and judged byte by byte out of {@link TestFrames}' IPv4 ones. */
class SoftwareOffloadIpv6Test {
    private static final long MAC = 0x02_00_00_00_00_02L;
    private static final int HEADERS = 14 + 40 + TestFrames.TCP;

    private final FramePool pool = new FramePool(8);
    private final RecordingPort bare = new RecordingPort(pool, 0);
    private final PacketPort port = SoftwareOffload.complete(bare);

    private static byte[] frame(final int seq, final int flags, final byte[] payload) {
        final byte[] ipv4 = TestFrames.tcp(MAC, seq, flags, payload);
        final byte[] ipv6 = new byte[ipv4.length + 20];
        System.arraycopy(ipv4, 0, ipv6, 0, 12);
        put16(ipv6, 12, 0x86DD);
        ipv6[14] = 0x60;
        put16(ipv6, 18, TestFrames.TCP + payload.length);
        ipv6[20] = 6;
        ipv6[21] = 64;
        ipv6[22] = (byte) 0xFD;
        ipv6[37] = 1;
        ipv6[38] = (byte) 0xFD;
        ipv6[53] = 2;
        System.arraycopy(ipv4, 34, ipv6, 54, ipv4.length - 34);
        put16(ipv6, 70, 0);
        put16(ipv6, 70, ~sum(ipv6) & 0xFFFF);
        return ipv6;
    }

    /** RFC 1071 over the pseudo header of RFC 8200 8.1 and the segment, word by word. */
    private static int sum(final byte[] frame) {
        final int length = get16(frame, 18);
        final byte[] odd = Arrays.copyOf(frame, 54 + length + (length & 1));
        long sum = length + 6L;
        for (int at = 22; at < odd.length; at += 2) {
            sum += get16(odd, at);
        }
        while (sum >> 16 != 0) {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }
        return (int) sum;
    }

    @Test
    void shouldSegmentAsTheWireWants() {
        final byte[] payload = TestFrames.randomBytes(5001, 7);
        final byte[] whole = frame(1000, TestFrames.ACK | TestFrames.PSH, payload);
        final long frame = TestFrames.put(pool, whole);
        TestFrames.markSegmented(pool, frame, 1428);
        pool.memory().set(ValueLayout.JAVA_BYTE, frame - 9, (byte) 4);

        port.transmit(frame, whole.length);

        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < 4; i++) {
            final byte[] segment = bare.sent.get(i);
            final byte[] part = Arrays.copyOfRange(segment, HEADERS, segment.length);
            final int flags = i == 3 ? TestFrames.ACK | TestFrames.PSH : TestFrames.ACK;
            assertArrayEquals(frame(1000 + bytes.size(), flags, part), segment, "segment " + i);
            bytes.writeBytes(part);
        }
        assertArrayEquals(payload, bytes.toByteArray());
        assertEquals(1000, get32(bare.sent.getFirst(), 58));
        assertEquals(pool.capacity(), pool.available());
    }

    @Test
    void shouldRefuseMarksOfTheOtherFamily() {
        final byte[] whole = frame(1000, TestFrames.ACK, new byte[5000]);
        final long frame = TestFrames.put(pool, whole);
        TestFrames.markSegmented(pool, frame, 1428);

        port.transmit(frame, whole.length);

        assertEquals(1, port.counters().txMalformed);
    }

    @Test
    void shouldVerifyWhatIsReceived() {
        final byte[] good = frame(1, TestFrames.ACK, TestFrames.randomBytes(777, 1));
        final byte[] bad = good.clone();
        bad[500] ^= 1;
        final byte[] behindOptions = good.clone();
        behindOptions[20] = 60;
        for (final byte[] frame : List.of(good, bad, behindOptions)) {
            bare.arrive(TestFrames.put(pool, frame), frame.length);
        }
        final Received received = new Received(port);

        assertEquals(2, port.receive(received, 8));

        assertArrayEquals(good, received.frames.get(0));
        assertEquals(List.of(2, 0), received.marks, "DATA_VALID where the checksum was verified");
        assertEquals(1, port.counters().rxBadChecksum);
    }
}
