package org.pno.port.tap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.pno.port.FaultSpec;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortFactory;
import org.pno.port.PrivateNetwork;
import org.pno.port.Received;
import org.pno.port.TestFrames;
import org.pno.sys.NetDevice;
import org.pno.wire.MacAddress;

/**
 * A TCP connection to this kernel, made by hand frame by frame: the kernel judges the checksums and segments that we
 * send, and sends us its own.
 */
@Tag("system")
@ExtendWith(PrivateNetwork.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS) // far longer than it takes; a lost segment hangs
class TapKernelTest {
    private static final int OUR_SEQ = 5_000;
    private static final int LENGTH = 40_000;
    private static final int SYN = 2;
    private static final int SEGMENT_BYTES = 1448;

    /** A new one for each test, since the kernel remembers connections. */
    private static int ourPort = 6000;

    private final FramePool pool = new FramePool(256);
    private final byte[] data = TestFrames.randomBytes(LENGTH, 1);
    private PacketPort port;
    private ServerSocketChannel listener;
    private SocketChannel kernel;
    private long kernelMac;
    private int kernelNext;
    private int kernelTimestamp;

    private void open(final String faults) throws IOException {
        ourPort++;
        PrivateNetwork.ip("tuntap add dev pno9 mode tap");
        PrivateNetwork.ip("addr add 10.77.0.2/24 dev pno9");
        PrivateNetwork.ip("link set pno9 up");
        port = faults == null
                ? PortFactory.open("tap:pno9", pool)
                : PortFactory.open("tap:pno9", pool, FaultSpec.parse(faults), System::nanoTime);
        kernelMac = new NetDevice("pno9").hardwareAddress();
        PrivateNetwork.ip("neigh replace 10.77.0.1 dev pno9 lladdr " + MacAddress.format(port.macAddress()));
        listener = ServerSocketChannel.open().bind(new InetSocketAddress("10.77.0.2", 40_000));
        handshake();
    }

    @AfterEach
    void close() throws IOException {
        if (kernel != null) {
            kernel.close();
        }
        listener.close();
        port.close();
        PrivateNetwork.ip("link del pno9");
        assertEquals(256, pool.available());
    }

    private byte[] frame(final int seq, final int flags, final byte[] payload) {
        final byte[] frame = TestFrames.tcp(kernelMac, seq, flags, payload);
        TestFrames.put16(frame, 34, ourPort);
        TestFrames.put32(frame, 42, kernelNext);
        TestFrames.put16(frame, 48, 0xFFFF); // a window for all of it
        TestFrames.put32(frame, 62, kernelTimestamp);
        TestFrames.fixChecksums(frame);
        return frame;
    }

    private void send(final byte[] frame) {
        port.transmit(TestFrames.put(pool, frame), frame.length);
        port.flush();
    }

    private void handshake() throws IOException {
        send(frame(OUR_SEQ - 1, SYN, new byte[0]));
        final Received received = new Received(port);
        int seen = 0;
        do { // the connection of an earlier test may still be saying good-bye
            received.await(++seen);
        } while (!isOurs(received.frames.get(seen - 1)));
        final byte[] synAck = received.frames.get(seen - 1);
        assertEquals(SYN | TestFrames.ACK, TestFrames.flags(synAck));
        kernelNext = TestFrames.seq(synAck) + 1;
        kernelTimestamp = timestamp(synAck);
        send(frame(OUR_SEQ, TestFrames.ACK, new byte[0]));
        kernel = listener.accept();
    }

    private static boolean isOurs(final byte[] frame) {
        return TestFrames.get16(frame, 36) == ourPort;
    }

    /** The kernel puts MSS and SACK-permitted before the timestamp in a SYN. */
    private static int timestamp(final byte[] synAck) {
        int at = TestFrames.ETHERNET + TestFrames.IP + 20;
        while (synAck[at] != 8) {
            at += synAck[at] == 1 ? 1 : synAck[at + 1];
        }
        return TestFrames.get32(synAck, at + 2);
    }

    private void kernelMustReceiveASuperSegment() throws IOException {
        final byte[] whole = frame(OUR_SEQ, TestFrames.ACK | TestFrames.PSH, data);
        TestFrames.leaveChecksum(whole);
        final long frame = TestFrames.put(pool, whole);
        TestFrames.markSegmented(pool, frame, SEGMENT_BYTES);
        port.transmit(frame, whole.length);
        port.flush();

        final ByteBuffer received = ByteBuffer.allocate(LENGTH);
        while (received.hasRemaining() && kernel.read(received) >= 0) {
            port.receive((acknowledgement, length) -> pool.release(acknowledgement), 64);
        }
        assertArrayEquals(data, received.array());
    }

    /** What the kernel sends until that many bytes have come, acknowledged as it comes. */
    private List<byte[]> segmentsOfTheKernel() throws IOException {
        final Received received = new Received(port);
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final ByteBuffer toSend = ByteBuffer.wrap(data);
        kernel.configureBlocking(false);
        int seen = 0;
        while (bytes.size() < LENGTH) {
            if (toSend.hasRemaining()) {
                kernel.write(toSend);
            }
            received.await(seen + 1);
            for (; seen < received.frames.size(); seen++) {
                final byte[] segment = received.frames.get(seen);
                if (!isOurs(segment)) {
                    continue;
                }
                final int ahead = TestFrames.seq(segment) - kernelNext;
                assertTrue(ahead <= 0, "nothing is missing on this wire");
                final byte[] payload = TestFrames.payload(segment);
                if (ahead == 0) {
                    bytes.writeBytes(payload);
                    kernelNext += payload.length;
                }
            }
            send(frame(OUR_SEQ, TestFrames.ACK, new byte[0]));
        }
        assertArrayEquals(data, bytes.toByteArray());
        return received.frames;
    }

    @Test
    void shouldLetTheKernelCompleteChecksumsAndSegments() throws IOException {
        open(null);
        kernelMustReceiveASuperSegment();
        assertEquals(3, port.counters().txFrames, "the super-segment is one frame");
    }

    @Test
    void shouldSendWhatTheKernelTakesWhenDoneInSoftware() throws IOException {
        open("seed=1"); // no faults, but no offloads either
        kernelMustReceiveASuperSegment();
        assertEquals(2 + (LENGTH + SEGMENT_BYTES - 1) / SEGMENT_BYTES, port.counters().txFrames);
    }

    @Test
    void shouldReceiveSuperSegmentsOfTheKernel() throws IOException {
        open(null);
        final List<byte[]> frames = segmentsOfTheKernel();
        assertTrue(frames.stream().anyMatch(frame -> frame.length > 4 * SEGMENT_BYTES), "super-segments");
    }

    @Test
    void shouldPutSegmentsOfTheKernelOnABadWire() throws IOException {
        open("seed=1");
        final List<byte[]> frames = segmentsOfTheKernel();
        assertTrue(frames.stream().allMatch(frame -> frame.length <= 1514), "segments as on a wire");
        assertTrue(frames.stream().allMatch(TestFrames::tcpChecksumHolds));
        assertTrue(frames.stream().allMatch(TestFrames::ipChecksumHolds));
    }
}
