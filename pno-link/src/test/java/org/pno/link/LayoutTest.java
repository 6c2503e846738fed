package org.pno.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encodings of single words and lines. */
class LayoutTest {
    private static final long IPV4 = 0xFFFF_0000_0000L;

    private final MemorySegment segment = Arena.ofAuto().allocate(128, 8);

    @Test
    void shouldTakeAZeroRingForEmpty() {
        assertEquals(1, EventWord.lapOf(0));
        assertEquals(1, EventWord.lapOf(ChannelDescriptor.EVT_CAPACITY - 1));
        assertEquals(2, EventWord.lapOf(ChannelDescriptor.EVT_CAPACITY));
    }

    @Test
    void shouldRoundTripSubmissions() {
        final Submission submission = new Submission()
                .wrap(segment, 32)
                .socket(9, -3)
                .positions(1L << 40, 1L << 41)
                .txChunk(77)
                .flags(SubmissionDescriptor.FLAG_RELEASED);

        assertEquals(9, submission.record());
        assertEquals(-3, submission.generation());
        assertEquals(1L << 40, submission.txWritten());
        assertEquals(1L << 41, submission.rxRead());
        assertEquals(77, submission.txChunk());
        assertEquals(SubmissionDescriptor.FLAG_RELEASED, submission.flags());
    }

    @Test
    void shouldTellASubmissionFromWhatStoodInItsSlotBefore() {
        final Submission own = new Submission().wrap(segment, 0);
        final Submission slot = new Submission().wrap(segment, 64);
        for (long number = 0; number < 5L * ChannelDescriptor.SUB_CAPACITY; number += ChannelDescriptor.SUB_CAPACITY) {
            assertFalse(slot.isNumber(number), "taken before it was stored");
            own.socket(9, -3)
                    .positions(number, RecordDescriptor.WRITTEN_URGENT >>> 2)
                    .txChunk(-1)
                    .flags(7);
            own.store(segment, 64, number);
            assertTrue(slot.isNumber(number));
            assertEquals(number, slot.txWritten());
            assertEquals(9, slot.record());
            assertEquals(-3, slot.generation());
            assertEquals(RecordDescriptor.WRITTEN_URGENT >>> 2, slot.rxRead());
            assertEquals(-1, slot.txChunk());
            assertEquals(7, slot.flags());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldNotTakeASubmissionOfWhichAWordIsOld(final int word) {
        final Submission own = new Submission()
                .wrap(segment, 0)
                .socket(1, 2)
                .positions(3, 4)
                .txChunk(5)
                .flags(6);
        own.store(segment, 64, 0);
        final long old = segment.get(ValueLayout.JAVA_LONG, 64 + 8L * word);
        own.store(segment, 64, ChannelDescriptor.SUB_CAPACITY);
        segment.set(ValueLayout.JAVA_LONG, 64 + 8L * word, old);
        assertFalse(new Submission().wrap(segment, 64).isNumber(ChannelDescriptor.SUB_CAPACITY));
    }

    @Test
    void shouldRoundTripAddressesOfBothFamilies() {
        final AddressLine line = new AddressLine().wrap(segment, 64).family(4);
        line.local(0, 0, 0).remote(0, IPV4 | 0x0A4D_0002L, 65_535);
        assertEquals(0, line.localLo(), "the wildcard is 0/0");
        assertEquals(IPV4 | 0x0A4D_0002L, line.remoteLo());
        assertEquals(0, line.remoteHi());
        assertEquals(65_535, line.remotePort());
        assertEquals(10, segment.get(ValueLayout.JAVA_BYTE, 64 + RecordDescriptor.ADDRESS_REMOTE), "network order");

        line.family(6).local(0xFD00L << 48, 5, 80).remote(0, 1, 443);
        assertEquals(6, line.family());
        assertEquals(0xFD00L << 48, line.localHi());
        assertEquals(5, line.localLo());
        assertEquals(80, line.localPort());
        assertEquals(1, line.remoteLo());
    }

    @Test
    void shouldReadTheHostLine() {
        segment.set(
                ValueLayout.JAVA_LONG,
                RecordDescriptor.REQUEST_OFFSET,
                7 | (long) RecordDescriptor.REQUEST_CONNECT << 32);
        segment.set(ValueLayout.JAVA_LONG, RecordDescriptor.EV_CHANNEL_OFFSET, 3 | 0xFFFF_FFFFL << 32);
        segment.set(ValueLayout.JAVA_LONG, RecordDescriptor.TX_FIN_OFFSET, RecordDescriptor.TX_FIN_ABORT);
        final RecordHostLine line = new RecordHostLine().wrap(segment, 0);

        assertEquals(7, line.requestNumber());
        assertEquals(RecordDescriptor.REQUEST_CONNECT, line.requestKind());
        assertEquals(3, line.eventChannel());
        assertEquals(-1, line.generation());
        assertEquals(RecordDescriptor.TX_FIN_ABORT, line.txFin());
    }

    @Test
    void shouldReadOptions() {
        segment.set(ValueLayout.JAVA_INT, 0, RecordDescriptor.OPTION_NODELAY | RecordDescriptor.OPTION_KEEPALIVE);
        for (int field = 2; field < 14; field++) {
            segment.set(ValueLayout.JAVA_INT, field * 4L, field * 100);
        }
        segment.set(ValueLayout.JAVA_INT, 4, 0xFF40_B888);
        final OptionsLine options = new OptionsLine().wrap(segment, 0);

        assertTrue(options.has(RecordDescriptor.OPTION_NODELAY) && options.has(RecordDescriptor.OPTION_KEEPALIVE));
        assertFalse(options.has(RecordDescriptor.OPTION_CORK));
        assertEquals(0x88, options.tos());
        assertEquals(0xB8, options.trafficClass());
        assertEquals(0x40, options.timeToLive());
        assertEquals(0xFF, options.hopLimit());
        assertEquals(200, options.receiveBufferBytes());
        assertEquals(300, options.keepIdleSeconds());
        assertEquals(400, options.keepIntervalSeconds());
        assertEquals(500, options.keepCount());
        assertEquals(600, options.userTimeoutMillis());
        assertEquals(700, options.maxSegmentBytes());
        assertEquals(800, options.congestion());
        assertEquals(900, options.synCount());
        assertEquals(1_000, options.linger2Seconds());
        assertEquals(1_100, options.deferAccept());
        assertEquals(1_200, options.windowClampBytes());
        assertEquals(1_300, options.quickAck());
        segment.set(ValueLayout.JAVA_LONG_UNALIGNED, 56, 1L << 40);
        assertEquals(1L << 40, options.maxPacingRate());
    }

    @Test
    void shouldNumberFencesWithoutGaps() {
        int code = 0;
        for (final Fence fence : EnumSet.allOf(Fence.class)) {
            assertEquals(code++, fence.code(), fence::reason);
        }
    }

    @Test
    void shouldKeepWritersOnLinesOfTheirOwn() {
        assertEquals(0, RecordDescriptor.BYTES % ArenaDescriptor.LINE_BYTES);
        assertEquals(0, ChannelDescriptor.BYTES % ArenaDescriptor.LINE_BYTES);
        assertEquals(0, RecordDescriptor.DPU_LINE_OFFSET % ArenaDescriptor.LINE_BYTES);
        assertEquals(0, ChannelDescriptor.DPU_LINE_OFFSET % ArenaDescriptor.LINE_BYTES);
        assertEquals(0, RecordDescriptor.RX_MAP_OFFSET % ArenaDescriptor.LINE_BYTES);
        assertEquals(0, ChannelDescriptor.EVT_OFFSET % ArenaDescriptor.LINE_BYTES);
        assertEquals(0, ArenaDescriptor.holderStride(513) % ArenaDescriptor.LINE_BYTES);
        assertTrue(RecordDescriptor.HOST_LINE_WORDS * 8 <= 64 && RecordDescriptor.DPU_LINE_WORDS * 8 <= 64);
    }
}
