package org.pno.port.ring;

import java.util.Map;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortProvider;

/** {@code ring:PATH}. */
public final class RingProvider implements PortProvider {
    @Override
    public String kind() {
        return "ring";
    }

    @Override
    public String form() {
        return "ring:PATH";
    }

    @Override
    public String help() {
        return "shared-memory rings to the other process that opens PATH, offload marks included";
    }

    @Override
    public PacketPort open(
            final String target, final Map<String, String> options, final String name, final FramePool pool) {
        return new RingPort(target, name, pool);
    }
}
