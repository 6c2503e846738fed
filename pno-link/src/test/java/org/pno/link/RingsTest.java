package org.pno.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pno.memory.Words;
import org.pno.sys.Descriptors;
import org.pno.sys.MemoryMapping;

/** The DPU's side of SUB, EVT and the records' lines, on a mapping, against a host that is a few words of test. */
class RingsTest {
    private static final int RECORDS = 10_000;
    private static final int CAPACITY = ChannelDescriptor.EVT_CAPACITY;
    private static final long CHANNEL = 4096;

    private static final long BYTES = CHANNEL + ChannelDescriptor.BYTES + 4096;

    private final int descriptor = MemoryMapping.createSealedMemfd("pno-rings-test", BYTES);
    private final MemoryMapping mapping = MemoryMapping.shared(descriptor, 0, BYTES);
    private final MemorySegment host = mapping.memory();
    private final MappedHostMemory memory = new MappedHostMemory();
    private final int region = memory.addRegion(descriptor, BYTES);
    private final SubmissionReader reader =
            new SubmissionReader(memory, region, CHANNEL, Arena.ofAuto().allocate(SubmissionReader.COPY_BYTES, 8), 0);
    private final Submission submission = new Submission();
    private final MemorySegment own = Arena.ofAuto().allocate(SubmissionDescriptor.BYTES, 8);

    private long subTail;
    private long evHead;

    @AfterEach
    void close() {
        memory.close();
        mapping.close();
        Descriptors.close(descriptor);
    }

    @Test
    void shouldReadEverySubmissionOnceThroughManyTurns() {
        final Random random = new Random(1);
        int sent = 0;
        int seen = 0;
        while (seen < 20_000) {
            for (int i = random.nextInt(200); i > 0 && subTail - subHead() < ChannelDescriptor.SUB_CAPACITY; i--) {
                submit(sent++);
            }
            line();
            final int fetched = reader.postEntries();
            assertTrue(fetched <= SubmissionReader.BATCH);
            for (int i = 0; i < fetched; i++) {
                assertEquals(seen++, reader.entry(i).record());
            }
            reader.release();
            assertEquals(seen, subHead());
        }
    }

    @Test
    void shouldTakeWhatWasReadAheadWhateverTheTailSays() {
        final Random random = new Random(2);
        long stored = 0;
        long seen = 0;
        while (seen < 20_000) {
            for (int i = random.nextInt(40); i > 0 && stored - seen < ChannelDescriptor.SUB_CAPACITY; i--) {
                submission
                        .wrap(own, 0)
                        .socket((int) stored, 1)
                        .positions(stored, 0)
                        .txChunk(0)
                        .flags(0);
                submission.store(host, subSlot(stored), stored);
                stored++;
            }
            reader.postAhead();
            memory.post();
            final int taken = reader.takeAhead();
            assertTrue(taken <= stored - seen && taken <= SubmissionReader.MOST_AHEAD);
            assertTrue(taken > 0 || stored == seen || (seen & (ChannelDescriptor.SUB_CAPACITY - 1)) == 0);
            for (int i = 0; i < taken; i++) {
                assertEquals(seen++, reader.entry(i).txWritten());
            }
            reader.advance();
        }
        assertEquals(0, reader.available(), "nobody has moved the tail");
    }

    @Test
    void shouldReadMoreAheadWhereThereIsMore() {
        for (int i = 0; i < 100; i++) {
            submission.wrap(own, 0).socket(i, 1).positions(0, 0).txChunk(0).flags(0);
            submission.store(host, subSlot(i), i);
        }
        final List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            reader.postAhead();
            memory.post();
            taken.add(reader.takeAhead());
            reader.advance();
        }
        assertEquals(List.of(1, 2, 4, 8, 16, 16), taken);
    }

    @Test
    void shouldTakeNothingAheadThatAnotherReadHasTaken() {
        submission.wrap(own, 0).socket(1, 1).positions(0, 0).txChunk(0).flags(0);
        submission.store(host, subSlot(0), 0);
        Words.setRelease(host, CHANNEL + ChannelDescriptor.SUB_TAIL_OFFSET, 1);
        reader.postAhead();
        line();
        reader.postEntries();
        assertEquals(0, reader.takeAhead());
        reader.release();
        assertEquals(0, reader.takeAhead());
    }

    private static long subSlot(final long number) {
        return CHANNEL
                + ChannelDescriptor.SUB_OFFSET
                + (number & (ChannelDescriptor.SUB_CAPACITY - 1)) * SubmissionDescriptor.BYTES;
    }

    @Test
    void shouldNotFetchASubmissionTwiceBeforeItsRelease() {
        submit(1);
        submit(2);
        line();
        assertEquals(2, reader.available());
        assertEquals(2, reader.postEntries());
        assertEquals(0, reader.available());
        submit(3);
        line();
        assertEquals(1, reader.available());
        reader.release();
        assertEquals(1, reader.available());
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1025, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE})
    void shouldFenceAnImpossibleTail(final long tail) {
        Words.setRelease(host, CHANNEL + ChannelDescriptor.SUB_TAIL_OFFSET, tail);
        reader.postLine();
        assertEquals(Fence.SUB_TAIL, reader.onLine());
    }

    @ParameterizedTest
    @ValueSource(longs = {9, Long.MIN_VALUE + 9, 0, 10 + 1025})
    void shouldFenceATailThatMovesBackOrOverflowsTheDifference(final long tail) {
        for (int i = 0; i < 10; i++) {
            submit(i);
        }
        line();
        reader.postEntries();
        reader.release();
        Words.setRelease(host, CHANNEL + ChannelDescriptor.SUB_TAIL_OFFSET, tail);
        reader.postLine();
        assertEquals(Fence.SUB_TAIL, reader.onLine());
    }

    @Test
    void shouldAcceptAFullRing() {
        for (int i = 0; i < ChannelDescriptor.SUB_CAPACITY; i++) {
            submit(i);
        }
        line();
        assertEquals(ChannelDescriptor.SUB_CAPACITY, reader.available());
    }

    @Test
    void shouldAskForASweepOncePerChangeOfOverflow() {
        line();
        assertFalse(reader.isSweepAsked());
        Words.setRelease(host, CHANNEL + ChannelDescriptor.OVERFLOW_OFFSET, 3);
        line();
        assertTrue(reader.isSweepAsked());
        reader.sweepTaken();
        line();
        assertFalse(reader.isSweepAsked());
    }

    @Test
    void shouldTellEventHeadAndSleepSequence() {
        Words.setRelease(host, CHANNEL + ChannelDescriptor.EV_HEAD_OFFSET, 17);
        Words.setRelease(host, CHANNEL + ChannelDescriptor.SLEEP_SEQ_OFFSET, 5);
        line();
        assertEquals(17, reader.eventHead());
        assertEquals(5, reader.sleepSequence());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 65_534L * CAPACITY + 10, 65_535L * CAPACITY - 3, 65_536L * CAPACITY - 1, 1L << 40})
    void shouldDeliverEventsAcrossTheEndOfTheLaps(final long first) {
        primeSlotsBefore(first);
        evHead = first;
        final EventWriter writer = new EventWriter(memory, region, CHANNEL, RECORDS, record -> record + 1, first);
        final Random random = new Random(first);
        int sent = 0;
        int seen = 0;
        while (seen < 5 * CAPACITY) {
            for (int i = random.nextInt(CAPACITY); i > 0 && writer.nextEvent() - evHead < CAPACITY; i--) {
                assertTrue(writer.offer(sent++ % RECORDS));
            }
            for (int i = random.nextInt(CAPACITY); i > 0 && hasEvent(); i--) {
                final long word = takeEvent();
                assertEquals(seen % RECORDS, EventWord.record(word));
                assertEquals((seen % RECORDS + 1) & 0xFFFF, EventWord.generation(word));
                seen++;
            }
            assertEquals(Fence.NONE, writer.onHead(evHead));
        }
    }

    @Test
    void shouldOweWhatFindsTheRingFullAndPayEachRecordOnce() {
        final EventWriter writer = new EventWriter(memory, region, CHANNEL, RECORDS, record -> 7);
        for (int i = 0; i < CAPACITY; i++) {
            assertTrue(writer.offer(0));
        }
        final TreeSet<Integer> owed = new TreeSet<>();
        for (int record = 0; record < RECORDS; record += 97) {
            assertFalse(writer.offer(record));
            assertFalse(writer.offer(record));
            owed.add(record);
        }
        assertEquals(owed.size(), writer.owedCount());

        takeEvent();
        assertEquals(Fence.NONE, writer.onHead(evHead));
        assertEquals(owed.size() - 1, writer.owedCount(), "room for one");
        assertFalse(writer.offer(5), "no overtaking while something is owed");
        owed.add(5);
        for (int i = 1; i < CAPACITY; i++) {
            takeEvent();
        }
        assertEquals(Fence.NONE, writer.onHead(evHead));
        assertEquals(0, writer.owedCount());
        final TreeSet<Integer> paid = new TreeSet<>();
        while (hasEvent()) {
            assertTrue(paid.add(EventWord.record(takeEvent())), "paid twice");
        }
        assertEquals(owed, paid);
    }

    @Test
    void shouldPayWithTheGenerationOfTheDay() {
        final int[] generation = {1};
        final EventWriter writer = new EventWriter(memory, region, CHANNEL, RECORDS, record -> generation[0]);
        for (int i = 0; i <= CAPACITY; i++) {
            writer.offer(9);
        }
        generation[0] = 2;
        takeEvent();
        writer.onHead(evHead);
        while (evHead < CAPACITY) {
            takeEvent();
        }
        assertEquals(2, EventWord.generation(takeEvent()));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 101, Long.MAX_VALUE, Long.MIN_VALUE})
    void shouldFenceAnImpossibleEventHead(final long head) {
        final EventWriter writer = new EventWriter(memory, region, CHANNEL, RECORDS, record -> 1);
        for (int i = 0; i < 100; i++) {
            writer.offer(i);
        }
        assertEquals(Fence.NONE, writer.onHead(50));
        assertEquals(Fence.EV_HEAD, writer.onHead(head));
        assertEquals(Fence.EV_HEAD, writer.onHead(49));
    }

    @Test
    void shouldWriteOnlyWhatChangesOfALine() {
        final long record = CHANNEL + ChannelDescriptor.BYTES;
        final DpuLine line = new DpuLine().wrap(memory, region, record, 0);

        assertTrue(line.txAcked(10));
        assertFalse(line.txAcked(10));
        assertTrue(line.rxCommitted(20));
        assertTrue(line.rxFinAt(0), "a FIN as the first byte is not the same as none");
        assertFalse(line.rxFinAt(0));
        assertTrue(line.status(SocketStatus.encode(SocketStatus.ESTABLISHED, 0, 3)));
        assertTrue(line.requestDone(1, 111));
        assertEquals(5, memory.counters().writes());

        assertEquals(10, Words.getAcquire(host, record + RecordDescriptor.TX_ACKED_OFFSET));
        assertEquals(20, Words.getAcquire(host, record + RecordDescriptor.RX_COMMITTED_OFFSET));
        assertEquals(1, Words.getAcquire(host, record + RecordDescriptor.RX_FIN_OFFSET));
        assertEquals(1 | 111L << 32, Words.getAcquire(host, record + RecordDescriptor.REQUEST_DONE_OFFSET));
    }

    @Test
    void shouldLeaveAClearedLineZeroButForItsStatus() {
        final long record = CHANNEL + ChannelDescriptor.BYTES;
        final DpuLine line = new DpuLine().wrap(memory, region, record, 0);
        line.txAcked(10);
        line.rxCommitted(20);
        line.rxFinAt(30);
        line.requestDone(1, 0);
        line.status(SocketStatus.encode(SocketStatus.CLOSED, 0, 3));
        line.clear();

        for (int word = 0; word < RecordDescriptor.DPU_LINE_WORDS; word++) {
            final int offset = RecordDescriptor.DPU_LINE_OFFSET + word * 8;
            final long expected = offset == RecordDescriptor.STATUS_OFFSET ? line.status() : 0;
            assertEquals(expected, Words.getAcquire(host, record + offset));
        }
        assertEquals(0, line.txAcked() + line.rxCommitted() + line.rxFin());
    }

    private void submit(final int record) {
        final long slot = subTail % ChannelDescriptor.SUB_CAPACITY;
        submission
                .wrap(host, CHANNEL + ChannelDescriptor.SUB_OFFSET + slot * SubmissionDescriptor.BYTES)
                .socket(record, 1);
        Words.setRelease(host, CHANNEL + ChannelDescriptor.SUB_TAIL_OFFSET, ++subTail);
    }

    private long subHead() {
        return Words.getAcquire(host, CHANNEL + ChannelDescriptor.SUB_HEAD_OFFSET);
    }

    private void line() {
        reader.postLine();
        assertEquals(Fence.NONE, reader.onLine());
    }

    /** The ring as it is when the host expects event number {@code first}: each slot has its lap of before. */
    private void primeSlotsBefore(final long first) {
        for (long event = Math.max(0, first - CAPACITY); event < first; event++) {
            Words.setPlain(host, slot(event), EventWord.encode(event, 0, 0));
        }
    }

    private static long slot(final long event) {
        return CHANNEL + ChannelDescriptor.EVT_OFFSET + event % CAPACITY * EventWord.BYTES;
    }

    private boolean hasEvent() {
        return EventWord.lap(Words.getAcquire(host, slot(evHead))) == EventWord.lapOf(evHead);
    }

    private long takeEvent() {
        assertTrue(hasEvent(), "no event");
        return Words.getAcquire(host, slot(evHead++));
    }
}
