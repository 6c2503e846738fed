package org.pno.port.tap;

import java.util.Map;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortProvider;

/** {@code tap:NAME}. */
public final class TapProvider implements PortProvider {
    @Override
    public String kind() {
        return "tap";
    }

    @Override
    public String form() {
        return "tap:NAME";
    }

    @Override
    public String help() {
        return "the TAP interface NAME, created if need be; this machine's kernel is at the other end";
    }

    @Override
    public PacketPort open(
            final String target, final Map<String, String> options, final String name, final FramePool pool) {
        return new TapPort(target, name, pool);
    }
}
