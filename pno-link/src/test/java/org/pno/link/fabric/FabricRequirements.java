package org.pno.link.fabric;

import org.junit.jupiter.api.Assumptions;

/** What tests of fabrics need: libfabric and the provider, else they are skipped and say why. */
final class FabricRequirements {
    private FabricRequirements() {}

    /** A fabric within this machine. */
    static FabricOptions here(final FabricProvider provider) {
        final FabricOptions options =
                new FabricOptions(provider).withAddress(provider == FabricProvider.TCP ? "127.0.0.1" : null);
        try {
            FabricInfo.find(options, FabricInfo.Side.HOST).close();
        } catch (final FabricException e) {
            Assumptions.abort(e.getMessage());
        }
        return options;
    }
}
