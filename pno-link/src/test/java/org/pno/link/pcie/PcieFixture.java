package org.pno.link.pcie;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.pno.link.bus.BusSpec;
import org.pno.sys.Descriptors;
import org.pno.sys.MemoryMapping;
import org.pno.time.ManualClock;

/** An emulated bus on a clock that stands, with one region that the test sees as its host would. */
final class PcieFixture implements AutoCloseable {
    static final int BYTES = 1 << 20;

    final ManualClock clock = new ManualClock(-5_000);
    final MemorySegment own = Arena.ofAuto().allocate(BYTES, 64);
    final EmulatedPcie bus;
    final int region;
    private final int descriptor = MemoryMapping.createSealedMemfd("pno-pcie-test", BYTES);
    private final MemoryMapping mapping = MemoryMapping.shared(descriptor, 0, BYTES);

    /** @param options what stands behind {@code pcie:} */
    PcieFixture(final String options) {
        bus = new EmulatedPcie(clock, PcieTiming.parse(BusSpec.parse("pcie:" + options)), 7);
        region = addRegion();
    }

    /** The same memory as one region more. */
    int addRegion() {
        return bus.addRegion(descriptor, BYTES);
    }

    MemorySegment host() {
        return mapping.memory();
    }

    /** Lets so much time pass, and what is due happen. */
    long after(final long ns) {
        clock.advance(ns);
        return bus.completed();
    }

    /** Lets time pass until the ticket is complete; returns how much that took. */
    long untilComplete(final long ticket) {
        final long beganNs = clock.nowNs();
        while (bus.completed() < ticket) {
            clock.advance(Math.max(1, bus.progressInNs()));
        }
        return clock.nowNs() - beganNs;
    }

    @Override
    public void close() {
        bus.close();
        mapping.close();
        Descriptors.close(descriptor);
    }
}
