package org.pno.link.pcie;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Latency, bandwidth and the limit of operations under way, of any operations. */
class EmulatedPciePropertyTest {
    private static final int TRIES = 150;
    private static final int READ_NS = 1_300;
    private static final int WRITE_NS = 1_000;

    private static PcieFixture fixture(final String more) {
        return new PcieFixture("read=" + READ_NS + "ns,write=" + WRITE_NS + "ns," + more);
    }

    @Property(tries = TRIES)
    void shouldTakeAtLeastTheLatencyAndTheLinksTime(
            @ForAll final boolean isRead, @ForAll @IntRange(min = 1, max = 65_536) final int bytes) {
        try (PcieFixture fixture = fixture("bandwidth=10GB/s,outstanding=64")) {
            if (isRead) {
                fixture.bus.read(fixture.region, 0, fixture.own, 0, bytes);
            } else {
                fixture.bus.write(fixture.region, 0, fixture.own, 0, bytes);
            }
            final long tookNs = fixture.untilComplete(fixture.bus.post());
            final long leastNs = (isRead ? READ_NS : WRITE_NS) + bytes / 10;
            final int pieces = bytes / PcieTiming.PIECE_BYTES + 1;
            assertTrue(tookNs >= leastNs - pieces && tookNs <= leastNs + pieces, tookNs + " ns for " + bytes);
        }
    }

    @Property(tries = TRIES)
    void shouldShareTheOperationsUnderWay(
            @ForAll @IntRange(min = 1, max = 300) final int operations,
            @ForAll @IntRange(min = 1, max = 64) final int outstanding) {
        try (PcieFixture fixture = fixture("bandwidth=1000GB/s,outstanding=" + outstanding)) {
            for (int i = 0; i < operations; i++) {
                fixture.bus.readWords(fixture.region, i * 8L, fixture.own, i * 8L, 1);
            }
            final long turns = (operations + outstanding - 1) / outstanding;
            assertEquals(turns * READ_NS, fixture.untilComplete(fixture.bus.post()));
        }
    }

    @Property(tries = TRIES)
    void shouldKeepJitterInItsBounds(@ForAll @IntRange(min = 1, max = 100) final int percent) {
        try (PcieFixture fixture = fixture("jitter=" + percent + "%")) {
            for (int i = 0; i < 50; i++) {
                fixture.bus.readWords(fixture.region, 0, fixture.own, 0, 1);
                final long tookNs = fixture.untilComplete(fixture.bus.post());
                assertTrue(Math.abs(tookNs - READ_NS) <= READ_NS * percent / 100 + 2, tookNs + " ns");
            }
        }
    }

    /** Whatever is posted, whenever it is looked at: writes land in order, and reads see those before them. */
    @Property(tries = TRIES)
    void shouldKeepTheOrderThatItDeclares(@ForAll final long seed) {
        final Random random = new Random(seed);
        try (PcieFixture fixture = fixture("jitter=100%,bandwidth=5GB/s,outstanding=8")) {
            long written = 0;
            for (int turn = 0; turn < 200; turn++) {
                final int bytes = 8 * (1 + random.nextInt(1_000));
                written++;
                fixture.own.set(JAVA_LONG, bytes - 8L, written);
                fixture.bus.write(fixture.region, 4_096, fixture.own, 0, bytes);
                fixture.bus.writeWord(fixture.region, 0, written << 20 | bytes);
                fixture.bus.readWords(fixture.region, 0, fixture.own, 65_536, 1);
                final long ticket = fixture.bus.post();
                while (fixture.bus.completed() < ticket) {
                    assertFollowsItsData(fixture);
                    fixture.clock.advance(1 + random.nextInt(400));
                }
                assertEquals(written << 20 | bytes, fixture.own.get(JAVA_LONG, 65_536), "a read passed a write");
            }
        }
    }

    private static void assertFollowsItsData(final PcieFixture fixture) {
        final long word = fixture.host().get(JAVA_LONG, 0);
        if (word != 0) {
            final long last = fixture.host().get(JAVA_LONG, 4_096 + (word & 0xF_FFFF) - 8);
            assertTrue(last >= word >> 20, "the word of write " + (word >> 20) + " came before its data");
        }
    }
}
