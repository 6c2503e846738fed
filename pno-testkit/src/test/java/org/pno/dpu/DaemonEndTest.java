package org.pno.dpu;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pno.dpu.DaemonFixture.Host;
import org.pno.sim.HostListener;
import org.pno.sys.Descriptors;

/** A DPU that ends has closed all that it had, whatever its hosts are at. */
@Timeout(60)
class DaemonEndTest {
    @TempDir
    Path directory;

    /** Ends both DPUs before their hosts. */
    private static void end(final DaemonFixture fixture) {
        fixture.dpu.close();
        fixture.peer.close();
    }

    @Test
    void shouldCloseTheMemoryOfAProcessThatIsStillThere() throws IOException {
        final OpenDescriptors before = OpenDescriptors.now();
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            fixture.host(fixture.dpu);
            end(fixture);
        }
        before.awaitNoOthers();
    }

    @Test
    void shouldCloseItsEndOfANameThatIsStillThere() throws IOException {
        final OpenDescriptors before = OpenDescriptors.now();
        final int name;
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final Host host = fixture.host(fixture.dpu);
            final HostListener listener = new HostListener(host.host, host.channel);
            host.listen(listener);
            name = host.client.identity(
                    host.arena, listener.socket().record(), listener.socket().generation());
            end(fixture);
        }
        Descriptors.close(name);
        before.awaitNoOthers();
    }
}
