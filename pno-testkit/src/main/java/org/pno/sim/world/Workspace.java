package org.pno.sim.world;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.pno.bridge.Bridge;
import org.pno.bridge.JournalDescriptor;
import org.pno.counters.CountersDescriptor;
import org.pno.port.FramePool;
import org.pno.stack.NetworkStack;

/**
 * The large pieces of memory of a world, to be used again by the next one: frame pools, journals, counters, frames in
 * flight. Whoever runs worlds one after another keeps one. What was left in them does not show: pools are put in order
 * and headers wiped before each run.
 */
public final class Workspace {
    static final int CONNECTIONS = 1_024;
    static final int FRAMES = 256;
    static final int COUNTERS = Bridge.COUNTER_COUNT + NetworkStack.COUNTER_COUNT;

    private static final int WIPED_BYTES = 256;

    private final List<NodeMemory> nodes = new ArrayList<>();
    private final ArrayDeque<Flight> flights = new ArrayDeque<>();

    /** What one node needs. */
    record NodeMemory(FramePool pool, MemorySegment journal, MemorySegment counters) {}

    NodeMemory node(final int node) {
        while (nodes.size() <= node) {
            nodes.add(make());
        }
        NodeMemory memory = nodes.get(node);
        if (memory.pool().available() != memory.pool().capacity()) {
            memory = make(); // The run before has failed and kept some frames.
            nodes.set(node, memory);
        }
        putInOrder(memory.pool());
        return memory;
    }

    private static NodeMemory make() {
        final Arena arena = Arena.ofAuto();
        return new NodeMemory(
                new FramePool(FRAMES),
                arena.allocate(JournalDescriptor.bytes(CONNECTIONS), 64),
                arena.allocate(CountersDescriptor.segmentBytes(COUNTERS), 64));
    }

    private static void putInOrder(final FramePool pool) {
        for (int i = 0; i < pool.capacity(); i++) {
            pool.allocate();
        }
        for (int i = pool.capacity() - 1; i >= 0; i--) {
            final long frame = (long) i * FramePool.SLOT_BYTES + FramePool.HEADROOM_BYTES;
            pool.memory().asSlice(frame - FramePool.HEADROOM_BYTES, WIPED_BYTES).fill((byte) 0);
            pool.release(frame);
        }
    }

    ArrayDeque<Flight> flights() {
        return flights;
    }
}
