package org.pno.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Against {@link TestFrames}, which computes frames and checksums in its own way. */
class SoftwareOffloadPropertyTest {
    private static final long MAC = 0x02_00_00_00_00_02L;

    private final FramePool pool = new FramePool(8);
    private final RecordingPort bare = new RecordingPort(pool, 0);
    private final PacketPort port = SoftwareOffload.complete(bare);

    private List<byte[]> segmented(final byte[] whole, final int sizeBytes) {
        final byte[] left = whole.clone();
        TestFrames.leaveChecksum(left);
        final long frame = TestFrames.put(pool, left);
        TestFrames.markSegmented(pool, frame, sizeBytes);
        port.transmit(frame, left.length);
        assertEquals(pool.capacity(), pool.available(), "all frames must have been given back");
        return bare.sent;
    }

    @Property(tries = 200)
    void shouldSegmentAsTheWireWants(
            @ForAll @IntRange(min = 1, max = 60_000) final int payloadBytes,
            @ForAll @IntRange(min = 1000, max = 9000) final int sizeBytes,
            @ForAll final int seq,
            @ForAll @IntRange(max = 255) final int flags) {
        bare.sent.clear();
        bare.sentMarks.clear();
        final byte[] payload = TestFrames.randomBytes(payloadBytes, seq);
        final byte[] whole = TestFrames.tcp(MAC, seq, flags, payload);

        final List<byte[]> segments = segmented(whole, sizeBytes);

        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < segments.size(); i++) {
            final byte[] segment = segments.get(i);
            final byte[] part = TestFrames.payload(segment);
            final boolean last = i == segments.size() - 1;
            int expectedFlags = flags;
            expectedFlags &= last ? ~0 : ~(TestFrames.PSH | TestFrames.FIN);
            expectedFlags &= i == 0 ? ~0 : ~TestFrames.CWR;
            final byte[] expected = TestFrames.tcp(MAC, seq + bytes.size(), expectedFlags, part);
            TestFrames.put16(expected, 18, 0xFFFE + i);
            TestFrames.fixChecksums(expected);
            assertArrayEquals(expected, segment, "segment " + i);
            assertTrue(last ? part.length <= sizeBytes : part.length == sizeBytes, "size of segment " + i);
            bytes.writeBytes(part);
        }
        assertArrayEquals(payload, bytes.toByteArray());
        assertTrue(bare.sentMarks.stream().allMatch(marks -> marks == 0));
    }

    @Property(tries = 100)
    void shouldCompleteChecksums(@ForAll @IntRange(max = 1460) final int payloadBytes, @ForAll final long seed) {
        final byte[] whole =
                TestFrames.tcp(MAC, (int) seed, TestFrames.ACK, TestFrames.randomBytes(payloadBytes, seed));
        final byte[] left = whole.clone();
        TestFrames.leaveChecksum(left);
        final long frame = TestFrames.put(pool, left);
        TestFrames.markChecksum(pool, frame);

        port.transmit(frame, left.length);

        assertArrayEquals(whole, bare.sent.getLast());
        assertEquals(0, bare.sentMarks.getLast());
    }

    @Property(tries = 300)
    void shouldNotChokeOnAnyBytes(@ForAll final byte[] garbage) {
        final byte[] frame = Arrays.copyOf(TestFrames.tcp(MAC, 1, 16, new byte[0]), 54 + garbage.length % 40);
        System.arraycopy(garbage, 0, frame, 14, Math.min(garbage.length, frame.length - 14));
        bare.arrive(TestFrames.put(pool, frame), frame.length);
        final long marked = TestFrames.put(pool, frame);
        TestFrames.markSegmented(pool, marked, garbage.length);

        port.receive(new Received(port), 1);
        port.transmit(marked, frame.length);

        assertEquals(pool.capacity(), pool.available());
    }
}
