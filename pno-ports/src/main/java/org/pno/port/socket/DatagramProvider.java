package org.pno.port.socket;

import java.util.Map;
import java.util.Set;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortProvider;

/** {@code socket:PATH[,peer=PATH2]}. */
public final class DatagramProvider implements PortProvider {
    @Override
    public String kind() {
        return "socket";
    }

    @Override
    public String form() {
        return "socket:PATH[,peer=PATH2]";
    }

    @Override
    public String help() {
        return "frames over a UNIX datagram socket at PATH, one frame a datagram; any tool can be the wire";
    }

    @Override
    public Set<String> options() {
        return Set.of("peer");
    }

    @Override
    public PacketPort open(
            final String target, final Map<String, String> options, final String name, final FramePool pool) {
        return new DatagramPort(target, options.get("peer"), name, pool);
    }
}
