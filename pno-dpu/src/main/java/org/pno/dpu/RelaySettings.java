package org.pno.dpu;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.pno.link.bus.BusException;
import org.pno.link.bus.BusSpec;
import org.pno.relay.RelayAddress;
import org.pno.relay.RelayException;
import org.pno.relay.RelayKeys;
import org.pno.relay.Side;
import org.pno.sys.InetSocket.Endpoint;

/**
 * Where a DPU that shares no memory with its host listens for {@code pno host}: the options {@code listen} and
 * {@code keys} of a bus.
 *
 * @param fabric what the host is told to open
 */
public record RelaySettings(Endpoint listen, RelayKeys keys, String fabric) {
    /** The kind of bus whose hosts are elsewhere. */
    private static final String KIND = "fabric";

    private static final String LISTEN = "listen";
    private static final String KEYS = "keys";

    /**
     * Takes the relay's options out of a bus's spec.
     *
     * @return null if the bus has no relay
     * @throws BusException if the options are wrong, or the keys cannot be used
     */
    static RelaySettings of(final BusSpec spec) {
        final String listen = spec.options().get(LISTEN);
        final String keys = spec.options().get(KEYS);
        if (!spec.kind().equals(KIND) || listen == null && keys == null) {
            return null;
        }
        if (listen == null || keys == null) {
            throw new BusException("hosts come by listen=ADDRESS:PORT and keys=DIRECTORY, both or none");
        }
        try {
            return new RelaySettings(RelayAddress.parse(listen), RelayKeys.load(Path.of(keys), Side.DPU), spec.name());
        } catch (final RelayException e) {
            throw new BusException(e.getMessage(), e);
        }
    }

    /** The spec without the relay's options. */
    static BusSpec without(final BusSpec spec) {
        if (!spec.kind().equals(KIND)) {
            return spec;
        }
        final Map<String, String> others = new LinkedHashMap<>(spec.options());
        others.remove(LISTEN);
        others.remove(KEYS);
        return new BusSpec(spec.kind(), spec.name(), others);
    }
}
