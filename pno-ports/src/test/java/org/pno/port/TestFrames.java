package org.pno.port;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/**
 * Frames made and judged byte by byte, by code that shares nothing with the ports': the tests' own idea of Ethernet,
 * IPv4, TCP and their checksums.
 */
public final class TestFrames {
    public static final int ETHERNET = 14;
    public static final int IP = 20;
    public static final int TCP = 32; // with timestamps
    public static final int HEADERS = ETHERNET + IP + TCP;
    public static final int FIN = 1;
    public static final int PSH = 8;
    public static final int ACK = 16;
    public static final int CWR = 128;

    private TestFrames() {}

    /** A frame of an EtherType for experiments, random bytes behind it. */
    public static byte[] plain(final long destination, final int length, final long seed) {
        final byte[] frame = new byte[length];
        new Random(seed).nextBytes(frame);
        mac(frame, 0, destination);
        mac(frame, 6, 0x02_00_00_00_00_77L);
        put16(frame, 12, 0x88B5);
        return frame;
    }

    /** A TCP segment with correct checksums. */
    public static byte[] tcp(final long destination, final int seq, final int flags, final byte[] payload) {
        final byte[] frame = new byte[HEADERS + payload.length];
        mac(frame, 0, destination);
        mac(frame, 6, 0x02_00_00_00_00_77L);
        put16(frame, 12, 0x0800);
        frame[14] = 0x45;
        put16(frame, 16, IP + TCP + payload.length);
        put16(frame, 18, 0xFFFE); // the identification, about to wrap
        put16(frame, 20, 0x4000);
        frame[22] = 64;
        frame[23] = 6;
        put32(frame, 26, 0x0A4D_0001);
        put32(frame, 30, 0x0A4D_0002);
        final int tcp = ETHERNET + IP;
        put16(frame, tcp, 6379);
        put16(frame, tcp + 2, 40_000);
        put32(frame, tcp + 4, seq);
        put32(frame, tcp + 8, 0x1234_5678);
        frame[tcp + 12] = (byte) (TCP / 4 << 4);
        frame[tcp + 13] = (byte) flags;
        put16(frame, tcp + 14, 512);
        frame[tcp + 20] = 1; // two NOPs and a timestamp option
        frame[tcp + 21] = 1;
        frame[tcp + 22] = 8;
        frame[tcp + 23] = 10;
        put32(frame, tcp + 24, 1000);
        put32(frame, tcp + 28, 2000);
        System.arraycopy(payload, 0, frame, HEADERS, payload.length);
        fixChecksums(frame);
        return frame;
    }

    public static void fixChecksums(final byte[] frame) {
        put16(frame, ETHERNET + 10, 0);
        put16(frame, ETHERNET + 10, ~sum(frame, ETHERNET, IP, 0) & 0xFFFF);
        put16(frame, ETHERNET + IP + 16, 0);
        put16(frame, ETHERNET + IP + 16, ~tcpSum(frame) & 0xFFFF);
    }

    /** Leaves in the TCP checksum field what a stack leaves for hardware to complete: the pseudo header's sum. */
    public static void leaveChecksum(final byte[] frame) {
        put16(frame, ETHERNET + IP + 16, pseudoSum(frame));
    }

    public static boolean ipChecksumHolds(final byte[] frame) {
        return sum(frame, ETHERNET, IP, 0) == 0xFFFF;
    }

    public static boolean tcpChecksumHolds(final byte[] frame) {
        return tcpSum(frame) == 0xFFFF;
    }

    public static boolean checksumIsLeft(final byte[] frame) {
        return get16(frame, ETHERNET + IP + 16) == pseudoSum(frame);
    }

    private static int tcpSum(final byte[] frame) {
        final int length = get16(frame, 16) - IP;
        return sum(frame, ETHERNET + IP, length, pseudoSum(frame));
    }

    private static int pseudoSum(final byte[] frame) {
        return sum(frame, 26, 8, 6 + get16(frame, 16) - IP);
    }

    /** RFC 1071, word by word, the way it is written there. */
    private static int sum(final byte[] bytes, final int from, final int length, final int start) {
        long sum = start;
        for (int i = 0; i < length; i++) {
            sum += (bytes[from + i] & 0xFFL) << ((i & 1) == 0 ? 8 : 0);
        }
        while (sum >> 16 != 0) {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }
        return (int) sum;
    }

    public static int get16(final byte[] bytes, final int at) {
        return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
    }

    public static int get32(final byte[] bytes, final int at) {
        return get16(bytes, at) << 16 | get16(bytes, at + 2);
    }

    public static void put16(final byte[] bytes, final int at, final int value) {
        bytes[at] = (byte) (value >> 8);
        bytes[at + 1] = (byte) value;
    }

    public static void put32(final byte[] bytes, final int at, final int value) {
        put16(bytes, at, value >>> 16);
        put16(bytes, at + 2, value);
    }

    private static void mac(final byte[] bytes, final int at, final long mac) {
        put16(bytes, at, (int) (mac >>> 32));
        put32(bytes, at + 2, (int) mac);
    }

    /** SEG.SEQ. */
    public static int seq(final byte[] frame) {
        return get32(frame, ETHERNET + IP + 4);
    }

    public static int flags(final byte[] frame) {
        return frame[ETHERNET + IP + 13] & 0xFF;
    }

    public static byte[] payload(final byte[] frame) {
        final int length = get16(frame, 16) - IP - TCP;
        final byte[] payload = new byte[length];
        System.arraycopy(frame, HEADERS, payload, 0, length);
        return payload;
    }

    public static byte[] randomBytes(final int length, final long seed) {
        final byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Writes a frame without marks into the pool. */
    public static long put(final FramePool pool, final byte[] bytes) {
        final long frame = pool.allocate();
        MemorySegment.copy(bytes, 0, pool.memory(), ValueLayout.JAVA_BYTE, frame, bytes.length);
        pool.memory().asSlice(frame - 10, 10).fill((byte) 0);
        return frame;
    }

    /** Marks a frame as one whose TCP checksum is left. */
    public static void markChecksum(final FramePool pool, final long frame) {
        pool.memory().set(ValueLayout.JAVA_BYTE, frame - 10, (byte) 1);
        pool.memory().set(ValueLayout.JAVA_SHORT_UNALIGNED, frame - 4, (short) (ETHERNET + IP));
        pool.memory().set(ValueLayout.JAVA_SHORT_UNALIGNED, frame - 2, (short) 16);
    }

    /** Marks a frame as a super-segment, its checksum left. */
    public static void markSegmented(final FramePool pool, final long frame, final int sizeBytes) {
        markChecksum(pool, frame);
        pool.memory().set(ValueLayout.JAVA_BYTE, frame - 9, (byte) 1);
        pool.memory().set(ValueLayout.JAVA_SHORT_UNALIGNED, frame - 8, (short) HEADERS);
        pool.memory().set(ValueLayout.JAVA_SHORT_UNALIGNED, frame - 6, (short) sizeBytes);
    }

    public static byte[] bytes(final FramePool pool, final long frame, final int length) {
        return pool.memory().asSlice(frame, length).toArray(ValueLayout.JAVA_BYTE);
    }

    /** NEEDS_CSUM (1), DATA_VALID (2). */
    public static int marks(final FramePool pool, final long frame) {
        return pool.memory().get(ValueLayout.JAVA_BYTE, frame - 10);
    }
}
