package org.pno.link.fabric;

import org.pno.link.bus.BusException;
import org.pno.link.bus.BusKind;
import org.pno.link.bus.BusOpener;
import org.pno.link.bus.BusSpec;

/** {@code fabric:PROVIDER}: hosts' memory that a fabric reaches, and that is nowhere mapped here. */
public final class FabricBus implements BusKind {
    @Override
    public String name() {
        return "fabric";
    }

    @Override
    public String form() {
        return "fabric:PROVIDER[,OPTION=VALUE]… (" + FabricProvider.names() + "; address, port, patience)";
    }

    @Override
    public BusOpener judge(final BusSpec spec) {
        final FabricOptions options = FabricOptions.parse(spec);
        return clock -> {
            try {
                return new FabricHostMemory(options, clock, false);
            } catch (final FabricException e) {
                throw new BusException(e.getMessage(), e);
            }
        };
    }
}
