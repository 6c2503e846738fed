package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class FlowTablePropertyTest {
    private static final int MAX = 64;

    @Property(tries = 100)
    void shouldFindAllThatIsLeftAfterRemovals(@ForAll final long seed) {
        final Random random = new Random(seed);
        final FlowTable tested = new FlowTable(KeyedHash.fast(seed, 3), MAX);
        final List<Flow> present = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            if (present.size() < MAX && random.nextInt(3) > 0) {
                final Flow flow = FlowTableTest.flow(i);
                tested.hash(flow);
                tested.add(flow);
                present.add(flow);
            } else if (!present.isEmpty()) {
                tested.remove(present.remove(random.nextInt(present.size())));
            }
            assertEquals(present.size(), tested.size());
            for (final Flow flow : present) {
                assertSame(flow, tested.find(flow));
            }
        }
    }
}
