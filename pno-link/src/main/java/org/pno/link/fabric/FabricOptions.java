package org.pno.link.fabric;

import java.util.List;
import java.util.Map;
import org.pno.link.bus.BusException;
import org.pno.link.bus.BusSpec;
import org.pno.link.bus.Quantity;

/**
 * Which fabric is to be opened, and where we stand in it.
 *
 * @param address our own address in the fabric, as the provider writes it; null for its own choice
 * @param port where others find us; 0 for any. Of {@code tcp} only
 * @param patienceNs how long nothing of a region may complete while something is under way, before its host is taken
 *     for dead
 */
public record FabricOptions(FabricProvider provider, String address, int port, long patienceNs) {
    public static final long DEFAULT_PATIENCE_NS = 5_000_000_000L;

    private static final long MAX_PATIENCE_NS = 3_600_000_000_000L;
    private static final int MAX_PORT = 65_535;

    /** As the provider likes it best. */
    public FabricOptions(final FabricProvider provider) {
        this(provider, null, 0, DEFAULT_PATIENCE_NS);
    }

    /**
     * Reads {@code fabric:PROVIDER[,address=ADDRESS][,port=PORT][,patience=TIME]}.
     *
     * @throws BusException if it cannot be understood
     */
    public static FabricOptions parse(final BusSpec spec) {
        spec.allow(List.of("address", "port", "patience"));
        final FabricProvider provider = FabricProvider.named(spec.name())
                .orElseThrow(() -> new BusException(
                        "no fabric is called '" + spec.name() + "'; there are " + FabricProvider.names()));
        final Map<String, String> options = spec.options();
        final String port = options.get("port");
        final String patience = options.get("patience");
        return new FabricOptions(
                provider,
                options.get("address"),
                port == null ? 0 : Quantity.count("port", port, 1, MAX_PORT),
                patience == null ? DEFAULT_PATIENCE_NS : Quantity.nanos("patience", patience, MAX_PATIENCE_NS));
    }

    /** The same with our own address. */
    public FabricOptions withAddress(final String own) {
        return new FabricOptions(provider, own, port, patienceNs);
    }
}
