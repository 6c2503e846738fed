package org.pno.link.fabric;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Operations for as many as are under way at once; it grows when more are, and never shrinks.
 *
 * <pre>
 *   0                 64        72         128
 *   +-----------------+---------+----------+
 *   | the provider's  | word to | number   |
 *   | context         | write   |          |
 *   +-----------------+---------+----------+
 * </pre>
 */
final class OperationPool {
    private static final int BLOCK = 256;
    private static final int BYTES = 128;
    private static final int WORD_OFFSET = Endpoint.CONTEXT_BYTES;
    private static final int NUMBER_OFFSET = WORD_OFFSET + Long.BYTES;

    private final List<Operation> all = new ArrayList<>();
    private final ArrayDeque<Operation> free = new ArrayDeque<>();
    /** One for each {@link #BLOCK} operations. */
    private final List<MemorySegment> blocks = new ArrayList<>();

    Operation take() {
        if (free.isEmpty()) {
            grow();
        }
        return free.pop();
    }

    private void grow() {
        final MemorySegment block = Arena.ofAuto().allocate((long) BLOCK * BYTES, BYTES);
        blocks.add(block);
        for (int i = 0; i < BLOCK; i++) {
            block.set(JAVA_LONG, (long) i * BYTES + NUMBER_OFFSET, all.size());
            final Operation operation = new Operation(block.address() + (long) i * BYTES);
            all.add(operation);
            free.add(operation);
        }
    }

    void give(final Operation operation) {
        operation.forget();
        free.push(operation);
    }

    /** The operation whose context a completion brings. */
    Operation at(final long context) {
        return all.get((int) Pointers.wide(context + NUMBER_OFFSET));
    }

    /** All there are, free ones too. */
    List<Operation> all() {
        return all;
    }

    /** The memory that an operation's own word stands in. */
    MemorySegment blockOf(final Operation operation) {
        return blocks.get((int) Pointers.wide(operation.context + NUMBER_OFFSET) / BLOCK);
    }

    static long wordAddress(final Operation operation) {
        return operation.context + WORD_OFFSET;
    }
}
