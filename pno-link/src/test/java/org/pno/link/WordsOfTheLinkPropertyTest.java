package org.pno.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class WordsOfTheLinkPropertyTest {
    @Property
    void shouldRoundTripEvents(
            @ForAll @LongRange(min = 0) final long number, @ForAll final int record, @ForAll final int generation) {
        final long word = EventWord.encode(number, record, generation);

        assertEquals(record, EventWord.record(word));
        assertEquals(generation & 0xFFFF, EventWord.generation(word));
        assertEquals(EventWord.lapOf(number), EventWord.lap(word));
    }

    @Property
    void shouldGiveEachSlotAnotherLapThanTheLast(@ForAll @LongRange(min = 0, max = 1L << 62) final long number) {
        assertNotEquals(EventWord.lapOf(number), EventWord.lapOf(number + ChannelDescriptor.EVT_CAPACITY));
    }

    @Property
    void shouldRoundTripStatus(@ForAll final int generation) {
        final long word = SocketStatus.encode(SocketStatus.CLOSED, 104, generation);

        assertEquals(SocketStatus.CLOSED, SocketStatus.state(word));
        assertEquals(104, SocketStatus.soError(word));
        assertEquals(generation, SocketStatus.generation(word));
    }

    @Property
    void shouldRoundTripListenerEntries(@ForAll final int record, @ForAll final int generation) {
        final long entry = ListenerEntry.encode(record, generation);

        assertEquals(record, ListenerEntry.record(entry));
        assertEquals(generation, ListenerEntry.generation(entry));
    }
}
