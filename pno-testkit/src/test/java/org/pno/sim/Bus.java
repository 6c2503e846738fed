package org.pno.sim;

import org.junit.jupiter.api.Assumptions;
import org.pno.dpu.Buses;
import org.pno.link.HostMemory;
import org.pno.link.MappedHostMemory;
import org.pno.link.bus.BusOpener;
import org.pno.link.fabric.FabricException;
import org.pno.link.fabric.FabricOptions;
import org.pno.link.fabric.FabricProvider;
import org.pno.time.NanoClock;

/** How a DPU under test reaches its hosts' memory. */
public enum Bus implements BusOpener {
    MAPPED,
    /** Late as on a SmartNIC, and in the order that it declares. */
    PCIE,
    /** Late and in no order. */
    DMA,
    /** A real fabric, both its ends in this thread; its time is not the test's. */
    FABRIC;

    /** Opens it; a test is skipped where there is no libfabric. */
    @Override
    public HostMemory open(final NanoClock clock) {
        return open(clock, 1);
    }

    /** @param seed of what happens by chance */
    public HostMemory open(final NanoClock clock, final long seed) {
        return switch (this) {
            case MAPPED -> new MappedHostMemory();
            case PCIE -> Buses.judge("pcie:bluefield3,jitter=100%").open(clock);
            case DMA -> new SimulatedDma(clock, seed);
            case FABRIC -> openFabric();
        };
    }

    private static HostMemory openFabric() {
        try {
            return new FabricLoop(new FabricOptions(FabricProvider.TCP).withAddress("127.0.0.1"));
        } catch (final FabricException e) {
            return Assumptions.abort(e.getMessage());
        }
    }
}
