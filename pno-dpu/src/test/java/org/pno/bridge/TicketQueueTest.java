package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TicketQueueTest {
    @Test
    void shouldHandOutOnlyWhatIsComplete() {
        final TicketQueue<String> queue = new TicketQueue<>();
        queue.add(3, "a", 1);
        queue.add(4, "b", 2);
        assertFalse(queue.isReady(2));
        assertTrue(queue.isReady(3));
        assertEquals("a", queue.item());
        assertEquals(1, queue.value());
        queue.remove();
        assertFalse(queue.isReady(3));
        assertTrue(queue.isReady(9));
    }

    @Test
    void shouldKeepTheOrderWhileItGrows() {
        final TicketQueue<Integer> queue = new TicketQueue<>();
        final ArrayDeque<Integer> model = new ArrayDeque<>();
        final Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(100) < 52 || model.isEmpty()) {
                queue.add(i, i, -i);
                model.add(i);
            } else {
                assertEquals(model.remove(), queue.item());
                assertEquals(-queue.item(), queue.value());
                queue.remove();
            }
            assertEquals(model.size(), queue.size());
        }
    }
}
