package org.pno.sim;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.pno.link.HostMemory;
import org.pno.link.HostMemoryCounters;
import org.pno.link.RegionSource;
import org.pno.link.fabric.FabricHost;
import org.pno.link.fabric.FabricHostMemory;
import org.pno.link.fabric.FabricOptions;

/**
 * A fabric with both its ends in one thread: the host's, which shares each memfd that is added as a region, and the
 * DPU's, which reaches it from there. The host's end is driven whenever the DPU asks for progress, for a little while
 * if something is under way: so a test's steps suffice, whose clock is not the fabric's.
 */
public final class FabricLoop implements HostMemory {
    private static final int ROUNDS = 40;

    private final FabricHost host;
    private final FabricHostMemory memory;
    /** By region; null where one was removed. */
    private final List<FabricHost.SharedRegion> shared = new ArrayList<>();

    public FabricLoop(final FabricOptions options) {
        host = new FabricHost(options);
        memory = new FabricHostMemory(options);
    }

    @Override
    public int addRegion(final RegionSource source) {
        if (!(source instanceof RegionSource.Local local)) {
            return memory.addRegion(source);
        }
        final FabricHost.SharedRegion region = host.share(local.descriptor(), local.bytes());
        final int number = memory.addRegion(region.source());
        while (shared.size() <= number) {
            shared.add(null);
        }
        shared.set(number, region);
        return number;
    }

    @Override
    public void removeRegion(final int region) {
        memory.removeRegion(region);
        withdraw(region);
    }

    /** The host takes a region back, without asking. */
    public void withdraw(final int region) {
        shared.get(region).close();
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
        final long before = memory.completed();
        long now = before;
        for (int round = 0; round < ROUNDS && now == before && memory.pending(); round++) {
            host.progress();
            now = memory.completed();
        }
        return now;
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
        host.close();
    }
}
