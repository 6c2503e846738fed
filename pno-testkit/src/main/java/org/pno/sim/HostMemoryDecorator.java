package org.pno.sim;

import java.lang.foreign.MemorySegment;
import org.pno.link.HostMemory;
import org.pno.link.HostMemoryCounters;
import org.pno.link.RegionSource;

/**
 * Host memory that hands all on to another, which it owns. What that one says of its order is not handed on: who stands
 * in between may change when things happen, so {@link #writesInOrder} and {@link #readsBehindWrites} stay false.
 */
public abstract class HostMemoryDecorator implements HostMemory {
    private final HostMemory memory;

    protected HostMemoryDecorator(final HostMemory memory) {
        this.memory = memory;
    }

    @Override
    public int addRegion(final RegionSource source) {
        return memory.addRegion(source);
    }

    @Override
    public void removeRegion(final int region) {
        memory.removeRegion(region);
    }

    @Override
    public void read(
            final int region,
            final long offset,
            final MemorySegment target,
            final long targetOffset,
            final int length) {
        memory.read(region, offset, target, targetOffset, length);
    }

    @Override
    public void write(
            final int region,
            final long offset,
            final MemorySegment source,
            final long sourceOffset,
            final int length) {
        memory.write(region, offset, source, sourceOffset, length);
    }

    @Override
    public void readWords(
            final int region, final long offset, final MemorySegment target, final long targetOffset, final int words) {
        memory.readWords(region, offset, target, targetOffset, words);
    }

    @Override
    public void writeWord(final int region, final long offset, final long value) {
        memory.writeWord(region, offset, value);
    }

    @Override
    public long post() {
        return memory.post();
    }

    @Override
    public long completed() {
        return memory.completed();
    }

    @Override
    public boolean pending() {
        return memory.pending();
    }

    @Override
    public long progressInNs() {
        return memory.progressInNs();
    }

    @Override
    public boolean hasFailed(final int region) {
        return memory.hasFailed(region);
    }

    @Override
    public void failRegion(final int region) {
        memory.failRegion(region);
    }

    @Override
    public HostMemoryCounters counters() {
        return memory.counters();
    }

    @Override
    public void close() {
        memory.close();
    }
}
