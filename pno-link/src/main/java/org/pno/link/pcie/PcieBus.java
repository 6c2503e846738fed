package org.pno.link.pcie;

import org.pno.link.bus.BusKind;
import org.pno.link.bus.BusOpener;
import org.pno.link.bus.BusSpec;

/** {@code pcie:PRESET}: this machine's memory behind an emulated PCIe bus. */
public final class PcieBus implements BusKind {
    /** So that two runs differ in nothing but their clocks. */
    private static final long SEED = 0x9E37_79B9_7F4A_7C15L;

    @Override
    public String name() {
        return "pcie";
    }

    @Override
    public String form() {
        return "pcie:PRESET[,OPTION=VALUE]… (" + PcieTiming.presetNames() + "; read, write, bandwidth, outstanding,"
                + " doorbell, jitter, order, cut)";
    }

    @Override
    public BusOpener judge(final BusSpec spec) {
        final PcieTiming timing = PcieTiming.parse(spec);
        return clock -> new EmulatedPcie(clock, timing, SEED);
    }
}
