package org.pno.link.bus;

import java.util.List;
import org.pno.link.MappedHostMemory;

/** {@code mapped}: host and DPU on one machine, over one coherent memory. */
public final class MappedBus implements BusKind {
    @Override
    public String name() {
        return "mapped";
    }

    @Override
    public String form() {
        return "mapped";
    }

    @Override
    public BusOpener judge(final BusSpec spec) {
        spec.allow(List.of());
        if (!spec.name().isEmpty()) {
            throw new BusException("'mapped' takes nothing behind it");
        }
        return clock -> new MappedHostMemory();
    }
}
