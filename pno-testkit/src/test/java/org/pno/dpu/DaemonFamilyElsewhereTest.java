package org.pno.dpu;

import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;

/** The same where {@code pno host} stands between the programs and the DPU. */
@Timeout(120)
class DaemonFamilyElsewhereTest extends DaemonFamilyTest {
    @Override
    DaemonFixture open(final Path where) {
        return new DaemonFixture(where, configuration -> RelayedDpu.open(where, configuration));
    }
}
