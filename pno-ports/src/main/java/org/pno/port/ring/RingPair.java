package org.pno.port.ring;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.pno.memory.CacheLine;
import org.pno.port.PortException;
import org.pno.sys.Descriptors;
import org.pno.sys.EventFd;
import org.pno.sys.MemoryMapping;
import org.pno.sys.SystemCallException;
import org.pno.sys.UnixMessage;

/**
 * Two rings, one each way, in one sealed memfd, with a bell for each side. The creator makes it and sends it in one
 * greeting; the joiner trusts nothing in it. A pair serves one meeting of two processes and is never used again.
 *
 * <pre>
 *   memfd:     0             STRIDE           2 STRIDE
 *              +-------------+----------------+
 *              | to joiner   | to creator     |            RingDescriptor each
 *              +-------------+----------------+
 *
 *   greeting:  0        8         12         16
 *              +--------+---------+----------+
 *              | magic  | version | capacity |            with: memfd, the creator's bell, the joiner's bell
 *              +--------+---------+----------+
 * </pre>
 */
final class RingPair implements AutoCloseable {
    static final int CAPACITY = 1 << 22;
    static final int GREETING_BYTES = 16;

    private static final long MAGIC = 0x5347_4E49_524F_4E50L; // "PNORINGS", little-endian
    private static final int VERSION = 1;
    private static final int DESCRIPTORS = 3;
    private static final int PAGE_BYTES = 4096;

    private final MemoryMapping mapping;
    private final int ownBell;
    private final int peerBell;
    private final FrameRing in;
    private final FrameRing out;

    private RingPair(
            final MemoryMapping mapping,
            final int capacity,
            final boolean isCreator,
            final int ownBell,
            final int peerBell) {
        this.mapping = mapping;
        this.ownBell = ownBell;
        this.peerBell = peerBell;
        final FrameRing toJoiner = new SharedFrameRing(mapping.memory(), 0, capacity);
        final FrameRing toCreator = new SharedFrameRing(mapping.memory(), stride(capacity), capacity);
        in = isCreator ? toCreator : toJoiner;
        out = isCreator ? toJoiner : toCreator;
    }

    private static long stride(final int capacity) {
        return CacheLine.align(RingDescriptor.ringBytes(capacity), PAGE_BYTES);
    }

    /**
     * Makes a pair and sends it over {@code connection}.
     *
     * @return the creator's end, or null if the joiner has gone already
     */
    static RingPair create(final int connection) {
        final int memory = MemoryMapping.createSealedMemfd("pno-ring", 2 * stride(CAPACITY));
        final int creatorBell = EventFd.create();
        final int joinerBell = EventFd.create();
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment greeting = arena.allocate(GREETING_BYTES, 8);
            greeting.set(JAVA_LONG_UNALIGNED, 0, MAGIC);
            greeting.set(JAVA_INT_UNALIGNED, 8, VERSION);
            greeting.set(JAVA_INT_UNALIGNED, 12, CAPACITY);
            final int sent =
                    new UnixMessage().send(connection, greeting, 0, GREETING_BYTES, memory, creatorBell, joinerBell);
            if (sent != GREETING_BYTES) {
                Descriptors.close(creatorBell);
                Descriptors.close(joinerBell);
                return null;
            }
            final MemoryMapping mapping = MemoryMapping.shared(memory, 0, 2 * stride(CAPACITY));
            return new RingPair(mapping, CAPACITY, true, creatorBell, joinerBell);
        } finally {
            Descriptors.close(memory);
        }
    }

    /**
     * Makes the joiner's end of the greeting just received.
     *
     * @throws PortException if it is none that we understand; its descriptors are closed
     */
    static RingPair join(final MemorySegment greeting, final int length, final UnixMessage message) {
        final int version = length == GREETING_BYTES ? greeting.get(JAVA_INT_UNALIGNED, 8) : 0;
        if (length != GREETING_BYTES
                || message.isTruncated()
                || message.descriptorCount() != DESCRIPTORS
                || greeting.get(JAVA_LONG_UNALIGNED, 0) != MAGIC
                || version != VERSION) {
            message.closeDescriptors();
            throw new PortException("the process at the other end is no ring port of version " + VERSION
                    + (version == 0 ? "" : " but " + version) + "; run the same build at both ends");
        }
        return join(greeting.get(JAVA_INT_UNALIGNED, 12), message);
    }

    private static RingPair join(final int capacity, final UnixMessage message) {
        final int memory = message.descriptor(0);
        try {
            final boolean fits = capacity >= RingDescriptor.MIN_CAPACITY && Integer.bitCount(capacity) == 1;
            // Sealed first, then measured: it cannot be cut under us any more.
            if (!fits
                    || (MemoryMapping.seals(memory) & MemoryMapping.F_SEAL_SHRINK) == 0
                    || MemoryMapping.size(memory) < 2 * stride(capacity)) {
                throw new PortException("the rings of the process at the other end, of capacity " + capacity
                        + ", are not in sealed memory of their size");
            }
            // A write to what only claims to be a bell must not block us.
            Descriptors.nonBlocking(message.descriptor(1), true);
            Descriptors.nonBlocking(message.descriptor(2), true);
            final MemoryMapping mapping = MemoryMapping.shared(memory, 0, 2 * stride(capacity));
            Descriptors.close(memory);
            return new RingPair(mapping, capacity, false, message.descriptor(2), message.descriptor(1));
        } catch (final SystemCallException | PortException e) {
            message.closeDescriptors();
            throw e;
        }
    }

    /** What the other side sends us. */
    FrameRing in() {
        return in;
    }

    /** What we send to the other side. */
    FrameRing out() {
        return out;
    }

    /** Wakes us; non-blocking. */
    int ownBell() {
        return ownBell;
    }

    /** Wakes the other side. */
    int peerBell() {
        return peerBell;
    }

    @Override
    public void close() {
        Descriptors.close(ownBell);
        Descriptors.close(peerBell);
        mapping.close();
    }
}
