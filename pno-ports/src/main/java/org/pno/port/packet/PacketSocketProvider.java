package org.pno.port.packet;

import java.util.Map;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortProvider;

/** {@code packet:INTERFACE}. */
public final class PacketSocketProvider implements PortProvider {
    @Override
    public String kind() {
        return "packet";
    }

    @Override
    public String form() {
        return "packet:INTERFACE";
    }

    @Override
    public String help() {
        return "the interface INTERFACE, by AF_PACKET; it should have no IP address of its own";
    }

    @Override
    public PacketPort open(
            final String target, final Map<String, String> options, final String name, final FramePool pool) {
        return new PacketSocketPort(target, name, pool);
    }
}
