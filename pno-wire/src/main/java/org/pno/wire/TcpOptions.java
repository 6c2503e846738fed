package org.pno.wire;

import java.lang.foreign.MemorySegment;

/**
 * The options of one TCP segment, read in one pass into fields, or written from them. An instance is used again for
 * segment after segment; nothing is allocated. What is unknown is skipped (RFC 9293 3.1, MUST-6).
 *
 * <pre>
 *   end of list     0                                         RFC 9293 3.2
 *   no operation    1                                         RFC 9293 3.2
 *   maximum segment 2 | 4  | MSS u16                          RFC 9293 3.2
 *   window scale    3 | 3  | shift u8                         RFC 7323 2.2
 *   SACK permitted  4 | 2                                     RFC 2018 2
 *   SACK            5 | 8n+2 | n x (left u32 | right u32)     RFC 2018 3
 *   timestamps      8 | 10 | TSval u32 | TSecr u32            RFC 7323 3.2
 *   Fast Open      34 | 2+n | cookie of n bytes: 0, or 4..16  RFC 7413 4.1.1
 * </pre>
 */
public final class TcpOptions {
    /** Room for options in a header. */
    public static final int MAX_BYTES = 40;

    /** SACK blocks that fit beside nothing else; three fit beside timestamps. */
    public static final int MAX_SACK_BLOCKS = 4;

    /** Greatest shift (RFC 7323 2.3); a greater one received counts as this. */
    public static final int MAX_WINDOW_SCALE = 14;

    /** Bytes of the timestamps option as we align it, in every segment of a connection that uses it. */
    public static final int TIMESTAMPS_BYTES = 12;

    /** Longest Fast Open cookie (RFC 7413 4.1.1). */
    public static final int MAX_COOKIE_BYTES = 16;

    /** Answer of {@link #mss()}, {@link #windowScale()} and {@link #cookieBytes()} where there is no such option. */
    public static final int ABSENT = -1;

    private static final int END = 0;
    private static final int NOP = 1;
    private static final int MSS = 2;
    private static final int WINDOW_SCALE = 3;
    private static final int SACK_PERMITTED = 4;
    private static final int SACK = 5;
    private static final int TIMESTAMPS = 8;
    private static final int FAST_OPEN = 34;

    private static final int MSS_LENGTH = 4;
    private static final int WINDOW_SCALE_LENGTH = 3;
    private static final int SACK_PERMITTED_LENGTH = 2;
    private static final int TIMESTAMPS_LENGTH = 10;
    private static final int FAST_OPEN_HEAD_LENGTH = 2;
    private static final int MIN_COOKIE_BYTES = 4;
    private static final int SACK_HEAD_LENGTH = 2;
    private static final int SACK_BLOCK_LENGTH = 8;

    /**
     * NOP, NOP, timestamps, 10: how every stack aligns it (RFC 7323 appendix A), so one comparison reads most segments.
     */
    private static final int ALIGNED_TIMESTAMPS = NOP << 24 | NOP << 16 | TIMESTAMPS << 8 | TIMESTAMPS_LENGTH;

    private static final int SACK_AND_TIMESTAMPS =
            SACK_PERMITTED << 24 | SACK_PERMITTED_LENGTH << 16 | TIMESTAMPS << 8 | TIMESTAMPS_LENGTH;

    private int mss;
    private int windowScale;
    private boolean sackPermitted;
    private boolean timestamps;
    private int timestampValue;
    private int timestampEcho;
    private int cookieBytes;
    private long cookieHi;
    private long cookieLo;
    private int sackBlockCount;
    private final int[] sackLeft = new int[MAX_SACK_BLOCKS];
    private final int[] sackRight = new int[MAX_SACK_BLOCKS];

    public TcpOptions() {
        clear();
    }

    /** Forgets all. */
    public TcpOptions clear() {
        mss = ABSENT;
        windowScale = ABSENT;
        sackPermitted = false;
        timestamps = false;
        timestampValue = 0;
        timestampEcho = 0;
        cookieBytes = ABSENT;
        sackBlockCount = 0;
        return this;
    }

    /**
     * Reads the options of a segment; the fields are then those of this segment.
     *
     * @param length bytes of options, as {@link TcpHeader#optionsLength()} says; no byte beyond is read
     * @return false if an option's length is impossible; those before it have been read, those behind it are lost
     */
    public boolean parse(final MemorySegment segment, final long offset, final int length) {
        clear();
        if (length == TIMESTAMPS_BYTES && BigEndian.i32(segment, offset) == ALIGNED_TIMESTAMPS) {
            readTimestamps(segment, offset + 2);
            return true;
        }
        final long end = offset + length;
        long at = offset;
        while (at < end) {
            final int kind = BigEndian.u8(segment, at);
            if (kind == END) {
                return true;
            }
            if (kind == NOP) {
                at++;
                continue;
            }
            final int optionLength = at + 1 < end ? BigEndian.u8(segment, at + 1) : 0;
            // RFC 9293 3.1, MUST-7: be prepared to handle an illegal option length.
            if (optionLength < 2 || optionLength > end - at) {
                return false;
            }
            readOption(segment, at, kind, optionLength);
            at += optionLength;
        }
        return true;
    }

    /** An option of a known kind but another length than that kind's is skipped, as Linux does. */
    private void readOption(final MemorySegment segment, final long at, final int kind, final int optionLength) {
        switch (kind) {
            case MSS -> {
                if (optionLength == MSS_LENGTH) {
                    mss = BigEndian.u16(segment, at + 2);
                }
            }
            case WINDOW_SCALE -> {
                if (optionLength == WINDOW_SCALE_LENGTH) {
                    windowScale = Math.min(BigEndian.u8(segment, at + 2), MAX_WINDOW_SCALE);
                }
            }
            case SACK_PERMITTED -> sackPermitted |= optionLength == SACK_PERMITTED_LENGTH;
            case SACK -> readSack(segment, at, optionLength);
            case TIMESTAMPS -> {
                if (optionLength == TIMESTAMPS_LENGTH) {
                    readTimestamps(segment, at);
                }
            }
            case FAST_OPEN -> readCookie(segment, at + FAST_OPEN_HEAD_LENGTH, optionLength - FAST_OPEN_HEAD_LENGTH);
            default -> {}
        }
    }

    /** RFC 7413 4.1.1: what has another length than a cookie may have is as good as absent. */
    private void readCookie(final MemorySegment segment, final long at, final int bytes) {
        if ((bytes & 1) != 0 || bytes > MAX_COOKIE_BYTES || bytes > 0 && bytes < MIN_COOKIE_BYTES) {
            return;
        }
        long hi = 0;
        long lo = 0;
        for (int i = 0; i < bytes; i++) {
            final long octet = BigEndian.u8(segment, at + i);
            if (i < Long.BYTES) {
                hi |= octet << Long.SIZE - Byte.SIZE * (i + 1);
            } else {
                lo |= octet << Long.SIZE - Byte.SIZE * (i + 1 - Long.BYTES);
            }
        }
        cookie(bytes, hi, lo);
    }

    private void readTimestamps(final MemorySegment segment, final long at) {
        timestamps = true;
        timestampValue = BigEndian.i32(segment, at + 2);
        timestampEcho = BigEndian.i32(segment, at + 6);
    }

    private void readSack(final MemorySegment segment, final long at, final int optionLength) {
        final int blocks = (optionLength - SACK_HEAD_LENGTH) / SACK_BLOCK_LENGTH;
        if (optionLength != SACK_HEAD_LENGTH + blocks * SACK_BLOCK_LENGTH) {
            return;
        }
        sackBlockCount = 0; // A second SACK option replaces the first: together they could exceed the blocks there are.
        for (int i = 0; i < blocks; i++) {
            final long block = at + SACK_HEAD_LENGTH + (long) i * SACK_BLOCK_LENGTH;
            addSackBlock(BigEndian.i32(segment, block), BigEndian.i32(segment, block + 4));
        }
    }

    /**
     * Writes the options that are set, padded to a multiple of 4 with no-operations. SACK blocks that find no room are
     * left out, the last first.
     *
     * @param segment with room for {@link #MAX_BYTES} at {@code offset}
     * @return bytes written, 0 to {@link #MAX_BYTES}
     */
    public int encode(final MemorySegment segment, final long offset) {
        long at = offset;
        if (mss != ABSENT) {
            BigEndian.i32(segment, at, MSS << 24 | MSS_LENGTH << 16 | mss);
            at += 4;
        }
        if (windowScale != ABSENT) {
            BigEndian.i32(segment, at, NOP << 24 | WINDOW_SCALE << 16 | WINDOW_SCALE_LENGTH << 8 | windowScale);
            at += 4;
        }
        if (sackPermitted && !timestamps) {
            BigEndian.i32(segment, at, NOP << 24 | NOP << 16 | SACK_PERMITTED << 8 | SACK_PERMITTED_LENGTH);
            at += 4;
        }
        if (timestamps) { // Where no-operations would stand, SACK permitted finds room.
            BigEndian.i32(segment, at, sackPermitted ? SACK_AND_TIMESTAMPS : ALIGNED_TIMESTAMPS);
            BigEndian.i32(segment, at + 4, timestampValue);
            BigEndian.i32(segment, at + 8, timestampEcho);
            at += TIMESTAMPS_BYTES;
        }
        at = encodeCookie(segment, at);
        return (int) (encodeSack(segment, at, offset + MAX_BYTES) - offset);
    }

    private long encodeCookie(final MemorySegment segment, final long start) {
        if (cookieBytes == ABSENT) {
            return start;
        }
        final int padding = -(FAST_OPEN_HEAD_LENGTH + cookieBytes) & 3;
        long at = start;
        for (int i = 0; i < padding; i++) {
            BigEndian.u8(segment, at++, NOP);
        }
        BigEndian.u8(segment, at++, FAST_OPEN);
        BigEndian.u8(segment, at++, FAST_OPEN_HEAD_LENGTH + cookieBytes);
        for (int i = 0; i < cookieBytes; i++) {
            final long word = i < Long.BYTES ? cookieHi : cookieLo;
            BigEndian.u8(segment, at++, (int) (word >>> Long.SIZE - Byte.SIZE * (i % Long.BYTES + 1)) & 0xFF);
        }
        return at;
    }

    private long encodeSack(final MemorySegment segment, final long start, final long end) {
        final int blocks = (int) Math.min(sackBlockCount, (end - start - 4) / SACK_BLOCK_LENGTH);
        if (blocks <= 0) {
            return start;
        }
        final int optionLength = SACK_HEAD_LENGTH + blocks * SACK_BLOCK_LENGTH;
        BigEndian.i32(segment, start, NOP << 24 | NOP << 16 | SACK << 8 | optionLength);
        long at = start + 4;
        for (int i = 0; i < blocks; i++) {
            BigEndian.i32(segment, at, sackLeft[i]);
            BigEndian.i32(segment, at + 4, sackRight[i]);
            at += SACK_BLOCK_LENGTH;
        }
        return at;
    }

    /** Maximum segment size, bytes, or {@link #ABSENT}. */
    public int mss() {
        return mss;
    }

    public TcpOptions mss(final int bytes) {
        mss = bytes;
        return this;
    }

    /** Shift of the windows to come, 0 to {@link #MAX_WINDOW_SCALE}, or {@link #ABSENT}. */
    public int windowScale() {
        return windowScale;
    }

    public TcpOptions windowScale(final int shift) {
        windowScale = shift;
        return this;
    }

    public boolean sackPermitted() {
        return sackPermitted;
    }

    public TcpOptions sackPermitted(final boolean permitted) {
        sackPermitted = permitted;
        return this;
    }

    /** True if there are timestamps. */
    public boolean timestamps() {
        return timestamps;
    }

    public TcpOptions timestamps(final int value, final int echo) {
        timestamps = true;
        timestampValue = value;
        timestampEcho = echo;
        return this;
    }

    /** TSval. */
    public int timestampValue() {
        return timestampValue;
    }

    /** TSecr. */
    public int timestampEcho() {
        return timestampEcho;
    }

    /** Bytes of the Fast Open cookie, 0 where one is asked for, or {@link #ABSENT}. */
    public int cookieBytes() {
        return cookieBytes;
    }

    /** First eight bytes of the cookie, from the top; those that it has not are 0. */
    public long cookieHi() {
        return cookieHi;
    }

    /** Bytes 9 to 16 of the cookie, from the top. */
    public long cookieLo() {
        return cookieLo;
    }

    /** A Fast Open cookie, or with 0 bytes the wish for one. */
    public TcpOptions cookie(final int bytes, final long hi, final long lo) {
        cookieBytes = bytes;
        cookieHi = hi;
        cookieLo = lo;
        return this;
    }

    public int sackBlockCount() {
        return sackBlockCount;
    }

    /** Adds a block behind those there are; beyond {@link #MAX_SACK_BLOCKS} it is left out. */
    public TcpOptions addSackBlock(final int left, final int right) {
        if (sackBlockCount < MAX_SACK_BLOCKS) {
            sackLeft[sackBlockCount] = left;
            sackRight[sackBlockCount] = right;
            sackBlockCount++;
        }
        return this;
    }

    /** First sequence number of a block. */
    public int sackLeft(final int block) {
        return sackLeft[block];
    }

    /** Sequence number behind a block's last. */
    public int sackRight(final int block) {
        return sackRight[block];
    }
}
