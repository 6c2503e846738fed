package org.pno.link;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.pno.memory.Words;
import org.pno.sys.MemoryMapping;

/**
 * {@link HostMemory} on the same machine: regions are mapped, and every operation has happened when it was posted.
 * Words are loaded with acquire and stored with release; the one order that these leave open, a store before a later
 * load, is kept by a full fence before the load. So what {@link #writesInOrder} and {@link #readsBehindWrites} declare
 * holds. Bounds are the mapping's own.
 */
public final class MappedHostMemory implements HostMemory {
    private final List<MemoryMapping> mappings = new ArrayList<>();
    private final HostMemoryCounters counters = new HostMemoryCounters();

    /** By region number; a removed region keeps its dead segment, on which every access throws. */
    private MemorySegment[] segments = {};

    private final BitSet failed = new BitSet();

    private boolean isOpen;
    /** There are stores that no full fence stands behind yet. */
    private boolean hasWritten;

    private long ticket;

    /**
     * @throws IllegalArgumentException if the memfd is not sealed against any change of its size, or has another size
     */
    @Override
    public int addRegion(final RegionSource source) {
        return addMapping(SealedMemory.map(source));
    }

    /** Takes a mapping over. */
    int addMapping(final MemoryMapping mapping) {
        final int region = freeRegion();
        mappings.set(region, mapping);
        segments[region] = mapping.memory();
        failed.clear(region);
        return region;
    }

    private int freeRegion() {
        final int free = mappings.indexOf(null);
        if (free >= 0) {
            return free;
        }
        mappings.add(null);
        segments = Arrays.copyOf(segments, mappings.size());
        return mappings.size() - 1;
    }

    @Override
    public void removeRegion(final int region) {
        final MemoryMapping mapping = region < 0 || region >= mappings.size() ? null : mappings.get(region);
        if (mapping == null) {
            throw new IllegalArgumentException("no region " + region + " to remove");
        }
        mappings.set(region, null);
        mapping.close();
    }

    /**
     * Where the JVM throws what a fault before it has caused: not at the access, but when it next looks for such
     * things, which is when a method returns that was not inlined. {@code ./pno} and the tests say of this one that
     * it must not be, so that the error comes inside of the try block of the access.
     */
    private static void faultsArrive() {}

    @Override
    public void read(
            final int region,
            final long offset,
            final MemorySegment target,
            final long targetOffset,
            final int length) {
        orderBehindWrites();
        try {
            MemorySegment.copy(segments[region], offset, target, targetOffset, length);
            faultsArrive();
        } catch (final InternalError fault) {
            failed.set(region);
        }
        isOpen = true;
        counters.onRead(length);
    }

    @Override
    public void write(
            final int region,
            final long offset,
            final MemorySegment source,
            final long sourceOffset,
            final int length) {
        try {
            MemorySegment.copy(source, sourceOffset, segments[region], offset, length);
            faultsArrive();
        } catch (final InternalError fault) {
            failed.set(region);
        }
        isOpen = true;
        hasWritten = true;
        counters.onWrite(length);
    }

    @Override
    public void readWords(
            final int region, final long offset, final MemorySegment target, final long targetOffset, final int words) {
        orderBehindWrites();
        final MemorySegment segment = segments[region];
        try {
            for (long at = 0; at < (long) words * Long.BYTES; at += Long.BYTES) {
                // Pairs with the release stores of libpno.so: subTail, evHead, txWritten, rxRead, txFin, generation.
                Words.setPlain(target, targetOffset + at, Words.getAcquire(segment, offset + at));
            }
            faultsArrive();
        } catch (final InternalError fault) {
            failed.set(region);
        }
        isOpen = true;
        counters.onRead((long) words * Long.BYTES);
    }

    @Override
    public void writeWord(final int region, final long offset, final long value) {
        // Pairs with the acquire loads of libpno.so: EVT words, rxCommitted, txAcked, status, subHead.
        try {
            Words.setRelease(segments[region], offset, value);
            faultsArrive();
        } catch (final InternalError fault) {
            failed.set(region);
        }
        isOpen = true;
        hasWritten = true;
        counters.onWrite(Long.BYTES);
    }

    /** Loads must not pass stores before them: the sleep and park handshakes look after they announce. */
    private void orderBehindWrites() {
        if (hasWritten) {
            hasWritten = false;
            VarHandle.fullFence();
        }
    }

    @Override
    public long post() {
        if (!isOpen) {
            return ticket;
        }
        isOpen = false;
        // What was read by copies is used from here on.
        VarHandle.acquireFence();
        counters.onBatch();
        return ++ticket;
    }

    @Override
    public long completed() {
        return ticket;
    }

    @Override
    public boolean writesInOrder() {
        return true;
    }

    @Override
    public boolean readsBehindWrites() {
        return true;
    }

    @Override
    public boolean pending() {
        return false;
    }

    @Override
    public long progressInNs() {
        return 0;
    }

    /**
     * True once the kernel could not provide a page of the region (SIGBUS, which the JVM turns into an InternalError):
     * sealing forbids cutting, but not running out of the memory that a cgroup or the huge pages allow.
     */
    @Override
    public boolean hasFailed(final int region) {
        return failed.get(region);
    }

    @Override
    public void failRegion(final int region) {
        failed.set(region);
    }

    @Override
    public HostMemoryCounters counters() {
        return counters;
    }

    /** Unmaps all regions. */
    @Override
    public void close() {
        for (int region = 0; region < mappings.size(); region++) {
            if (mappings.get(region) != null) {
                removeRegion(region);
            }
        }
    }
}
