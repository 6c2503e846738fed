package org.pno.wire;

import java.lang.foreign.MemorySegment;

/**
 * The options of a neighbour discovery message (RFC 4861 4.6), read out of it: link-layer addresses, MTU, prefixes.
 * Reused for each message; others than these are skipped.
 *
 * <pre>
 *   link-layer address | type 1 or 2 | length 1 | 6 bytes of a MAC address
 *   prefix information | type 3 | length 4 | prefix length | L A … | valid u32 | preferred u32 | unused | 16 bytes
 *   MTU                | type 5 | length 1 | unused | u32
 * </pre>
 */
public final class NdpOptions {
    /** No link-layer address, answer of {@link #sourceMac()} and {@link #targetMac()}. */
    public static final long NO_MAC = -1;

    /** Bytes of a link-layer address option. */
    public static final int MAC_BYTES = 8;

    public static final int MTU_BYTES = 8;
    public static final int PREFIX_BYTES = 32;

    public static final int SOURCE_MAC = 1;
    public static final int TARGET_MAC = 2;
    public static final int PREFIX = 3;
    public static final int MTU = 5;

    /** Prefixes that one message can name; more are skipped. */
    public static final int MAX_PREFIXES = 8;

    private static final int LENGTH_UNIT = 8;
    private static final int ON_LINK = 0x80;
    private static final int AUTONOMOUS = 0x40;

    private long sourceMac;
    private long targetMac;
    private int mtuBytes;
    private int prefixCount;
    private final long[] prefixHi = new long[MAX_PREFIXES];
    private final long[] prefixLo = new long[MAX_PREFIXES];
    private final int[] prefixLength = new int[MAX_PREFIXES];
    private final int[] prefixFlags = new int[MAX_PREFIXES];
    private final int[] validSeconds = new int[MAX_PREFIXES];

    /**
     * Reads the options of a message; the fields are then those of this message.
     *
     * @param length bytes of options; no byte beyond is read
     * @return false if the message must be discarded: an option of length 0 or beyond the end (RFC 4861 4.6)
     */
    public boolean parse(final MemorySegment segment, final long offset, final int length) {
        sourceMac = NO_MAC;
        targetMac = NO_MAC;
        mtuBytes = 0;
        prefixCount = 0;
        final long end = offset + length;
        long at = offset;
        while (at < end) {
            final int optionLength = end - at < 2 ? 0 : BigEndian.u8(segment, at + 1) * LENGTH_UNIT;
            if (optionLength == 0 || optionLength > end - at) {
                return false;
            }
            readOption(segment, at, BigEndian.u8(segment, at), optionLength);
            at += optionLength;
        }
        return true;
    }

    private void readOption(final MemorySegment segment, final long at, final int type, final int optionLength) {
        if (type == SOURCE_MAC && optionLength == MAC_BYTES) {
            sourceMac = BigEndian.u48(segment, at + 2);
        } else if (type == TARGET_MAC && optionLength == MAC_BYTES) {
            targetMac = BigEndian.u48(segment, at + 2);
        } else if (type == MTU && optionLength == MTU_BYTES) {
            mtuBytes = BigEndian.i32(segment, at + 4);
        } else if (type == PREFIX && optionLength == PREFIX_BYTES && prefixCount < MAX_PREFIXES) {
            readPrefix(segment, at);
        }
    }

    private void readPrefix(final MemorySegment segment, final long at) {
        final int bits = BigEndian.u8(segment, at + 2);
        if (bits > 128) {
            return;
        }
        prefixLength[prefixCount] = bits;
        prefixFlags[prefixCount] = BigEndian.u8(segment, at + 3);
        validSeconds[prefixCount] = BigEndian.i32(segment, at + 4);
        prefixHi[prefixCount] = BigEndian.i64(segment, at + 16);
        prefixLo[prefixCount] = BigEndian.i64(segment, at + 24);
        prefixCount++;
    }

    /** Writes a link-layer address option: {@link #SOURCE_MAC} or {@link #TARGET_MAC}. */
    public static void writeMac(final MemorySegment segment, final long at, final int type, final long mac) {
        BigEndian.u8(segment, at, type);
        BigEndian.u8(segment, at + 1, MAC_BYTES / LENGTH_UNIT);
        BigEndian.u48(segment, at + 2, mac);
    }

    /** Writes an MTU option. */
    public static void writeMtu(final MemorySegment segment, final long at, final int bytes) {
        BigEndian.i32(segment, at, MTU << 24 | MTU_BYTES / LENGTH_UNIT << 16);
        BigEndian.i32(segment, at + 4, bytes);
    }

    /** Writes an on-link prefix, valid and preferred for as long. */
    public static void writePrefix(
            final MemorySegment segment, final long at, final IpPrefix prefix, final int validSeconds) {
        BigEndian.i32(segment, at, PREFIX << 24 | PREFIX_BYTES / LENGTH_UNIT << 16 | prefix.length() << 8 | ON_LINK);
        BigEndian.i32(segment, at + 4, validSeconds);
        BigEndian.i32(segment, at + 8, validSeconds);
        BigEndian.i32(segment, at + 12, 0);
        BigEndian.i64(segment, at + 16, prefix.address().hi());
        BigEndian.i64(segment, at + 24, prefix.address().lo());
    }

    /** A {@link MacAddress}, or {@link #NO_MAC}. */
    public long sourceMac() {
        return sourceMac;
    }

    /** A {@link MacAddress}, or {@link #NO_MAC}. */
    public long targetMac() {
        return targetMac;
    }

    /** Bytes, 0 if the message does not say; any number can stand there. */
    public int mtuBytes() {
        return mtuBytes;
    }

    public int prefixCount() {
        return prefixCount;
    }

    public long prefixHi(final int index) {
        return prefixHi[index];
    }

    public long prefixLo(final int index) {
        return prefixLo[index];
    }

    /** 0 to 128. */
    public int prefixLength(final int index) {
        return prefixLength[index];
    }

    /** True if its addresses are on the link. */
    public boolean isOnLink(final int index) {
        return (prefixFlags[index] & ON_LINK) != 0;
    }

    /** True if hosts may make addresses in it (RFC 4862). */
    public boolean isAutonomous(final int index) {
        return (prefixFlags[index] & AUTONOMOUS) != 0;
    }

    /** Seconds, unsigned; all ones is for ever. */
    public int validSeconds(final int index) {
        return validSeconds[index];
    }
}
