package org.pno.counters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pno.memory.MappedFile;

class CountersTest {
    private enum Drop implements CounterKey {
        LATE,
        TWICE;

        @Override
        public String label() {
            return "drop." + name().toLowerCase(Locale.ROOT);
        }

        @Override
        public String sentence() {
            return "It came " + name() + ".";
        }
    }

    private final Counters counters = Counters.anonymous(3);
    private final CountersReader reader = new CountersReader(counters.segment());

    @Test
    void shouldShowWhatWasCounted() {
        final int frames = counters.add("frames", "Frames that came in.");
        counters.increment(frames);
        counters.increase(frames, 41);

        assertEquals(42, counters.value(frames));
        assertEquals(42, reader.value(frames));
        assertEquals("frames", reader.label(frames));
        assertEquals("Frames that came in.", reader.sentence(frames));
    }

    @Test
    void shouldCountByTheConstantsOfAnEnum() {
        counters.add("frames", "Frames that came in.");
        final CounterGroup<Drop> drops = counters.addAll(Drop.class);
        drops.increment(Drop.TWICE);
        drops.set(Drop.LATE, 7);

        final List<String> seen = new ArrayList<>();
        reader.forEach((counter, label, sentence, value) -> seen.add(label + "=" + value + " " + sentence));

        assertEquals(
                List.of("frames=0 Frames that came in.", "drop.late=7 It came LATE.", "drop.twice=1 It came TWICE."),
                seen);
    }

    @Test
    void shouldRefuseMoreCountersThanThereIsRoomFor() {
        counters.addAll(Drop.class);
        counters.add("third", "Fits.");

        assertThrows(IllegalStateException.class, () -> counters.add("fourth", "Does not."));
    }

    @Test
    void shouldRefuseTextThatDoesNotFit() {
        final String tooLong = "x".repeat(CountersDescriptor.SENTENCE_MAX_BYTES + 1);

        assertThrows(IllegalArgumentException.class, () -> counters.add("label", tooLong));
        assertEquals(0, reader.count());
    }

    @Test
    void shouldTakeTextOfFullLength() {
        final String label = "l".repeat(CountersDescriptor.LABEL_MAX_BYTES);
        final String sentence = "s".repeat(CountersDescriptor.SENTENCE_MAX_BYTES);
        final int counter = counters.add(label, sentence);
        counters.add("next", "Untouched.");

        assertEquals(label, reader.label(counter));
        assertEquals(sentence, reader.sentence(counter));
        assertEquals("next", reader.label(counter + 1));
    }

    @Test
    void shouldReadAlongInAnotherMappingOfTheFile(@TempDir final Path directory) throws IOException {
        final Path file = directory.resolve("counters");
        try (MappedFile written = MappedFile.create(file, CountersDescriptor.segmentBytes(4))) {
            final Counters mapped = new Counters(written.segment(), 4);
            final int counter = mapped.add("frames", "Frames that came in.");
            try (MappedFile read = MappedFile.openReadOnly(file)) {
                final CountersReader other = new CountersReader(read.segment());
                mapped.increment(counter);

                assertEquals(1, other.count());
                assertEquals(1, other.value(counter));
            }
        }
    }

    @Test
    void shouldRefuseToReadWhatIsNoCounters() {
        final MemorySegment zeros = Arena.ofAuto().allocate(4096, 8);

        final Exception e = assertThrows(IllegalArgumentException.class, () -> new CountersReader(zeros));
        assertTrue(e.getMessage().contains("4096"), e.getMessage());
    }

    @Test
    void shouldRefuseToReadAnotherVersion() {
        counters.segment().set(ValueLayout.JAVA_INT, CountersDescriptor.VERSION_OFFSET, 77);

        final Exception e = assertThrows(IllegalArgumentException.class, () -> new CountersReader(counters.segment()));
        assertTrue(e.getMessage().contains("77"), e.getMessage());
    }

    @Test
    void shouldRefuseACapacityBeyondTheSegment() {
        counters.segment().set(ValueLayout.JAVA_INT, CountersDescriptor.CAPACITY_OFFSET, 4);

        assertThrows(IllegalArgumentException.class, () -> new CountersReader(counters.segment()));
    }

    @Test
    void shouldNotReadBeyondTheCapacityWhateverTheCountSays() {
        counters.segment().set(ValueLayout.JAVA_LONG, CountersDescriptor.COUNT_OFFSET, Long.MAX_VALUE);

        assertEquals(3, reader.count());
    }
}
