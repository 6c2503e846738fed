package org.pno.host;

import java.util.Map;
import org.pno.link.RegionSource;
import org.pno.link.bus.BusSpec;
import org.pno.link.fabric.FabricHost;
import org.pno.link.fabric.FabricOptions;
import org.pno.link.fabric.FabricProvider;
import org.pno.link.fabric.FabricPump;
import org.pno.relay.RelayAddress;
import org.pno.sys.InetSocket.Endpoint;

/** Arenas shared over libfabric. A thread of its own drives the providers that need it; the data is none of ours. */
public final class FabricSharing implements ArenaSharing {
    private static final String KIND = "fabric";

    private final FabricHost host;
    private final FabricPump pump;

    private FabricSharing(final FabricOptions options) {
        host = new FabricHost(options);
        pump = new FabricPump(host);
    }

    /** Opens the provider of that name; {@code tcp} at the address by which we reach the DPU. */
    public static FabricSharing open(final String fabric, final Endpoint own) {
        final FabricOptions options = FabricOptions.parse(new BusSpec(KIND, fabric, Map.of()));
        return new FabricSharing(
                options.provider() == FabricProvider.TCP ? options.withAddress(RelayAddress.host(own)) : options);
    }

    @Override
    public Shared share(final int descriptor, final long bytes) {
        final FabricHost.SharedRegion region = host.share(descriptor, bytes);
        return new Shared() {
            @Override
            public RegionSource.Remote source() {
                return region.source();
            }

            @Override
            public void close() {
                region.close();
            }
        };
    }

    @Override
    public void close() {
        pump.close();
        host.close();
    }
}
