package org.pno.sim;

import java.util.ArrayList;
import java.util.List;
import org.pno.link.RegionSource;
import org.pno.link.fabric.FabricHost;
import org.pno.link.fabric.FabricHostMemory;
import org.pno.link.fabric.FabricOptions;

/**
 * A fabric with both its ends in one thread: the host's, which shares each memfd that is added as a region, and the
 * DPU's, which reaches it from there. The host's end is driven whenever the DPU asks for progress, for a little while
 * if something is under way: so a test's steps suffice, whose clock is not the fabric's.
 */
public final class FabricLoop extends HostMemoryDecorator {
    private static final int ROUNDS = 40;

    private final FabricHost host;
    /** By region; null where one was removed. */
    private final List<FabricHost.SharedRegion> shared = new ArrayList<>();

    public FabricLoop(final FabricOptions options) {
        super(new FabricHostMemory(options));
        host = new FabricHost(options);
    }

    @Override
    public int addRegion(final RegionSource source) {
        if (!(source instanceof RegionSource.Local local)) {
            return super.addRegion(source);
        }
        final FabricHost.SharedRegion region = host.share(local.descriptor(), local.bytes());
        final int number = super.addRegion(region.source());
        while (shared.size() <= number) {
            shared.add(null);
        }
        shared.set(number, region);
        return number;
    }

    @Override
    public void removeRegion(final int region) {
        super.removeRegion(region);
        withdraw(region);
    }

    /** The host takes a region back, without asking. */
    public void withdraw(final int region) {
        shared.get(region).close();
    }

    @Override
    public long completed() {
        final long before = super.completed();
        long now = before;
        for (int round = 0; round < ROUNDS && now == before && pending(); round++) {
            host.progress();
            now = super.completed();
        }
        return now;
    }

    @Override
    public void close() {
        super.close();
        host.close();
    }
}
