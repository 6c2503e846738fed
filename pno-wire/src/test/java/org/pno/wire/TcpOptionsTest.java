package org.pno.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class TcpOptionsTest {
    private final TcpOptions options = new TcpOptions();

    private boolean parse(final String hex) {
        final byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        return options.parse(MemorySegment.ofArray(bytes), 0, bytes.length);
    }

    private void assertEmpty() {
        assertEquals(TcpOptions.ABSENT, options.mss());
        assertEquals(TcpOptions.ABSENT, options.windowScale());
        assertFalse(options.sackPermitted());
        assertFalse(options.timestamps());
        assertEquals(0, options.sackBlockCount());
    }

    @Example
    void shouldReadTheSynOfLinux() {
        assertTrue(parse("020405b4 0402 080a 11223344 00000000 01 030307"));

        assertEquals(1460, options.mss());
        assertTrue(options.sackPermitted());
        assertTrue(options.timestamps());
        assertEquals(0x11223344, options.timestampValue());
        assertEquals(0, options.timestampEcho());
        assertEquals(7, options.windowScale());
        assertEquals(0, options.sackBlockCount());
    }

    @Example
    void shouldReadAFastOpenCookie() {
        assertTrue(parse("0101 220a 0102030405060708"));
        assertEquals(8, options.cookieBytes());
        assertEquals(0x0102_0304_0506_0708L, options.cookieHi());
        assertEquals(0, options.cookieLo());
    }

    @Example
    void shouldReadTheWishForACookie() {
        assertTrue(parse("2202 0101"));
        assertEquals(0, options.cookieBytes());
    }

    @Example
    void shouldSkipACookieOfALengthThatCannotBe() {
        for (final String cookie : new String[] {"2204 0102", "2209 01020304050607", "2214" + "01".repeat(18)}) {
            parse(cookie);
            assertEquals(TcpOptions.ABSENT, options.cookieBytes(), cookie);
        }
    }

    @Property
    void shouldWriteTheCookieThatItReads(
            @ForAll @IntRange(min = 2, max = 8) final int halfBytes, @ForAll final long hi, @ForAll final long lo) {
        final MemorySegment memory = MemorySegment.ofArray(new byte[TcpOptions.MAX_BYTES]);
        final int bytes = 2 * halfBytes;
        final int length = new TcpOptions()
                .mss(1460)
                .windowScale(7)
                .sackPermitted(true)
                .timestamps(1, 2)
                .cookie(bytes, hi, lo)
                .encode(memory, 0);
        assertEquals(0, length % 4);
        assertTrue(options.parse(memory, 0, length));
        assertEquals(bytes, options.cookieBytes());
        assertEquals(bytes >= 8 ? hi : hi >>> 64 - 8 * bytes << 64 - 8 * bytes, options.cookieHi());
        assertEquals(bytes <= 8 ? 0 : bytes == 16 ? lo : lo >>> 128 - 8 * bytes << 128 - 8 * bytes, options.cookieLo());
    }

    @Example
    void shouldReadAlignedTimestamps() {
        assertTrue(parse("0101080a ffffffff 80000000"));

        assertTrue(options.timestamps());
        assertEquals(0xFFFF_FFFF, options.timestampValue());
        assertEquals(0x8000_0000, options.timestampEcho());
    }

    @Example
    void shouldReadSackBlocksBehindTimestamps() {
        assertTrue(parse("0101080a 00000001 00000002 0101 051a 0000000a00000014 0000001e00000028 0000003200000fff"));

        assertEquals(3, options.sackBlockCount());
        assertEquals(10, options.sackLeft(0));
        assertEquals(20, options.sackRight(0));
        assertEquals(0xFFF, options.sackRight(2));
    }

    @Example
    void shouldForgetTheSegmentBefore() {
        parse("020405b4 0402 080a 11223344 00000000 01 030307");
        parse("");

        assertEmpty();
    }

    @Example
    void shouldStopAtTheEndOfTheList() {
        assertTrue(parse("01 00 020405b4"));

        assertEmpty();
    }

    @Example
    void shouldSkipUnknownOptions() {
        assertTrue(parse("fd04beef fe02 020405b4"));

        assertEquals(1460, options.mss());
    }

    @Example
    void shouldReportALengthOfZero() {
        assertFalse(parse("020405b4 fd00 0402"));

        assertEquals(1460, options.mss());
        assertFalse(options.sackPermitted());
    }

    @Example
    void shouldReportALengthBeyondTheHeader() {
        assertFalse(parse("0101080a 00000001 0000"));
        assertEmpty();
    }

    @Example
    void shouldReportAKindWithoutALength() {
        assertFalse(parse("010102"));
        assertEmpty();
    }

    @Example
    void shouldSkipKnownKindsOfAnotherLength() {
        assertTrue(parse("020305 03040707 0403ff 080400aa 0506aaaaaaaa"));

        assertEmpty();
    }

    @Example
    void shouldBoundTheWindowScale() {
        assertTrue(parse("0303ff"));

        assertEquals(TcpOptions.MAX_WINDOW_SCALE, options.windowScale());
    }

    @Example
    void shouldWriteTheSynInWholeWords() {
        final byte[] bytes = new byte[TcpOptions.MAX_BYTES];
        options.mss(1460).windowScale(7).sackPermitted(true).timestamps(1, 2);

        final int length = options.encode(MemorySegment.ofArray(bytes), 0);

        assertEquals(
                "020405b4" + "01030307" + "0402080a0000000100000002",
                HexFormat.of().formatHex(bytes, 0, length));
    }

    @Example
    void shouldLeaveOutSackBlocksWithoutRoom() {
        final MemorySegment memory = MemorySegment.ofArray(new byte[TcpOptions.MAX_BYTES]);
        options.timestamps(1, 2);
        for (int i = 0; i < 5; i++) {
            options.addSackBlock(10 * i, 10 * i + 5);
        }

        final int length = options.encode(memory, 0);

        assertEquals(TcpOptions.MAX_BYTES, length);
        assertTrue(options.parse(memory, 0, length));
        assertEquals(3, options.sackBlockCount());
        assertEquals(20, options.sackLeft(2));
    }

    @Property
    void shouldReadBackWhatItWrites(
            @ForAll @IntRange(min = -1, max = 65_535) final int mss,
            @ForAll @IntRange(min = -1, max = 14) final int windowScale,
            @ForAll final boolean sackPermitted,
            @ForAll final boolean timestamps,
            @ForAll @Size(max = 4) final int[] sackEdges) {
        final MemorySegment memory = MemorySegment.ofArray(new byte[TcpOptions.MAX_BYTES]);
        options.clear().mss(mss).windowScale(windowScale).sackPermitted(sackPermitted);
        if (timestamps) {
            options.timestamps(mss * 31, windowScale - 7);
        }
        for (final int edge : sackEdges) {
            options.addSackBlock(edge, edge + 1_000);
        }

        final int length = options.encode(memory, 0);
        final TcpOptions read = new TcpOptions();

        assertTrue(length % 4 == 0 && length <= TcpOptions.MAX_BYTES);
        assertTrue(read.parse(memory, 0, length));
        assertEquals(mss, read.mss());
        assertEquals(windowScale, read.windowScale());
        assertEquals(sackPermitted, read.sackPermitted());
        assertEquals(timestamps, read.timestamps());
        assertEquals(timestamps ? mss * 31 : 0, read.timestampValue());
        assertEquals(timestamps ? windowScale - 7 : 0, read.timestampEcho());
        assertTrue(read.sackBlockCount() <= sackEdges.length);
        for (int i = 0; i < read.sackBlockCount(); i++) {
            assertEquals(sackEdges[i], read.sackLeft(i));
            assertEquals(sackEdges[i] + 1_000, read.sackRight(i));
        }
    }

    /** A segment that ends where the options end throws if a byte beyond is read. */
    @Property(tries = 5_000)
    void shouldNotReadBeyondTheOptionsWhateverTheySay(
            @ForAll @Size(max = 40) final byte[] bytes, @ForAll @IntRange(max = 255) final int kindSeed) {
        for (int i = 0; i < bytes.length; i++) {
            if ((kindSeed >> i % 8 & 1) == 1) {
                bytes[i] &= 0x0F; // Known kinds and short lengths, where random bytes would seldom have them.
            }
        }
        options.parse(MemorySegment.ofArray(bytes), 0, bytes.length);

        assertTrue(options.sackBlockCount() <= TcpOptions.MAX_SACK_BLOCKS);
        assertTrue(options.windowScale() <= TcpOptions.MAX_WINDOW_SCALE);
        assertTrue(options.mss() <= 0xFFFF);
    }
}
