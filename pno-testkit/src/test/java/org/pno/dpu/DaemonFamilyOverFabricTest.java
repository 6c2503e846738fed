package org.pno.dpu;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.pno.host.FabricSharing;
import org.pno.link.fabric.FabricException;
import org.pno.relay.RelayAddress;
import org.pno.relay.RelayException;

/** The same where {@code pno host} is between the programs and the DPU, which reads their memory through libfabric. */
@Timeout(120)
class DaemonFamilyOverFabricTest extends DaemonFamilyTest {
    @BeforeAll
    static void needLibfabric() throws RelayException {
        try {
            FabricSharing.open("tcp", RelayAddress.parse("127.0.0.1:0")).close();
        } catch (final FabricException e) {
            assumeTrue(false, e.getMessage());
        }
    }

    @Override
    DaemonFixture open(final Path where) {
        return new DaemonFixture(where, configuration -> RelayedDpu.openOverFabric(where, configuration));
    }
}
