package org.pno.sim.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.pno.wire.VirtioNetHeader;

/**
 * A cable between two nodes. Frames are copied when they are sent and lie here until it is time to deliver them;
 * faults are drawn from a seed, so that the same run happens again.
 */
public final class SimulatedWire implements PacketCutter.Sink {
    /** Answer of {@link #nextDeliveryNs()} if nothing is under way. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final int PACKET_SLOT_BYTES = 2_048;
    private static final int FRAME_SLOT_BYTES = 68 * 1_024;
    private static final int HEADROOM_BYTES = 64;

    private final WireFaults faults;
    private final SplittableRandom random;
    private final MemorySegment memory;
    private final int slotBytes;
    private final int[] freeSlots;
    private int freeCount;

    private final DeliveryQueue queue;
    private final int[] lengths;
    private final int copiedBytes;
    private final int[] destinations;
    private final PacketCutter cutter = new PacketCutter();
    private final VirtioNetHeader marks = new VirtioNetHeader();

    private final long[] bottleneckFreeNs = new long[2];
    private long longestQueueNs;

    private long nowNs;
    private int destination;

    private long sentPackets;
    private long lostPackets;

    /**
     * A wire without packets.
     *
     * @param copiedBytes how much of each frame or packet is carried along; less than all where nobody looks at payload
     */
    public SimulatedWire(final WireFaults faults, final int copiedBytes, final long seed) {
        this.copiedBytes = copiedBytes;
        this.faults = faults;
        random = new SplittableRandom(seed);
        slotBytes = faults.superSegments ? FRAME_SLOT_BYTES : PACKET_SLOT_BYTES;
        final int slots = faults.superSegments ? Math.min(faults.queuePackets, 512) : faults.queuePackets;
        memory = Arena.ofAuto().allocate((long) slots * slotBytes, 64);
        freeSlots = new int[slots];
        lengths = new int[slots];
        destinations = new int[slots];
        queue = new DeliveryQueue(slots);
        for (int slot = slots - 1; slot >= 0; slot--) {
            freeSlots[freeCount++] = slot;
        }
    }

    /** Packets that nodes have sent, and those that faults or a full queue have lost. */
    public long sentPackets() {
        return sentPackets;
    }

    public long lostPackets() {
        return lostPackets;
    }

    /** A node sends a frame, its marks before it. */
    void send(final int toNode, final MemorySegment from, final long frame, final int length, final long timeNs) {
        nowNs = timeNs;
        destination = toNode;
        if (faults.superSegments) {
            accept(from, frame, length, true);
        } else {
            cutter.cut(from, frame, length, this);
        }
    }

    @Override
    public void accept(final MemorySegment from, final long packet, final int length, final boolean marked) {
        sentPackets++;
        if (happens(faults.lossChance) || faults.bytesPerSecond > 0 && !passesBottleneck(length)) {
            lostPackets++;
            return;
        }
        enqueue(from, packet, length, marked);
        if (happens(faults.duplicateChance)) {
            enqueue(from, packet, length, marked);
        }
    }

    /** Queues a packet of this length before the bottleneck; false if there is no room. */
    private boolean passesBottleneck(final int length) {
        final long waitsNs = Math.max(0, bottleneckFreeNs[destination] - nowNs);
        if (waitsNs + durationNs(length) > durationNs(faults.bottleneckBytes)) {
            return false;
        }
        longestQueueNs = Math.max(longestQueueNs, waitsNs);
        bottleneckFreeNs[destination] = nowNs + waitsNs + durationNs(length);
        return true;
    }

    private long durationNs(final long bytes) {
        return bytes * TimeUnit.SECONDS.toNanos(1) / faults.bytesPerSecond;
    }

    /** The longest time that a packet has waited before the bottleneck since this was asked last. */
    public long takeLongestQueueNs() {
        final long longest = longestQueueNs;
        longestQueueNs = 0;
        return longest;
    }

    private boolean happens(final double chance) {
        return chance > 0 && random.nextDouble() < chance;
    }

    private void enqueue(final MemorySegment from, final long packet, final int length, final boolean marked) {
        if (freeCount == 0) {
            lostPackets++;
            return;
        }
        final int slot = freeSlots[--freeCount];
        final long at = offset(slot);
        if (marked) {
            final long marks = packet - VirtioNetHeader.BYTES;
            final int copied = Math.min(length, copiedBytes) + VirtioNetHeader.BYTES;
            MemorySegment.copy(from, marks, memory, at - VirtioNetHeader.BYTES, copied);
        } else {
            marks.wrap(memory, at - VirtioNetHeader.BYTES).clear();
            MemorySegment.copy(from, packet, memory, at, length);
        }
        if (happens(faults.corruptChance)) {
            final long victim = at + random.nextInt(length);
            final byte was = memory.get(ValueLayout.JAVA_BYTE, victim);
            memory.set(ValueLayout.JAVA_BYTE, victim, (byte) (was ^ 1 << random.nextInt(8)));
        }
        lengths[slot] = length;
        destinations[slot] = destination;
        queue.add(slot, Math.max(nowNs, bottleneckFreeNs[destination]) + delayNs());
    }

    private long delayNs() {
        final long jitterNs = faults.jitterNs > 0 ? random.nextLong(faults.jitterNs) : 0;
        final long heldNs = happens(faults.reorderChance) ? random.nextLong(faults.reorderNs) : 0;
        return faults.delayNs + jitterNs + heldNs;
    }

    private long offset(final int slot) {
        return (long) slot * slotBytes + HEADROOM_BYTES;
    }

    /** When the next packet arrives, or {@link #NEVER}. */
    long nextDeliveryNs() {
        return queue.isEmpty() ? NEVER : queue.firstTimeNs();
    }

    /** Hands over what has arrived by now. */
    void deliver(final long timeNs, final SimulatedNode[] nodes) {
        while (!queue.isEmpty() && queue.firstTimeNs() <= timeNs) {
            final int slot = queue.removeFirst();
            final int length = lengths[slot];
            nodes[destinations[slot]].receive(memory, offset(slot), length, Math.min(length, copiedBytes), timeNs);
            freeSlots[freeCount++] = slot;
        }
    }
}
