package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** RFC 6056 3.3.4. */
class PortAllocatorTest {
    private final TcpConfiguration configuration = new TcpConfiguration();

    private PortAllocator allocator(final long secret) {
        return new PortAllocator(KeyedHash.strong(secret, 1), configuration);
    }

    private static Flow to(final long remoteLo) {
        final TimeWait flow = new TimeWait();
        flow.localLo = TcpTester.OUR_LO;
        flow.remoteLo = remoteLo;
        flow.remotePort = 80;
        return flow;
    }

    @Test
    void shouldUseEveryPortOnceBeforeItUsesOneAgain() {
        configuration.firstEphemeralPort = 40_000;
        configuration.lastEphemeralPort = 40_099;
        final PortAllocator allocator = allocator(1);
        final Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            ports.add(allocator.allocate(to(1), (flow, port) -> true));
        }
        assertEquals(100, ports.size());
        assertTrue(ports.contains(40_000) && ports.contains(40_099));
    }

    @Test
    void shouldSkipPortsThatAreTaken() {
        final int port = allocator(1).allocate(to(1), (flow, candidate) -> candidate == 50_000);
        assertEquals(50_000, port);
    }

    @Test
    void shouldSayWhenNoPortIsLeft() {
        assertEquals(PortAllocator.NONE, allocator(1).allocate(to(1), (flow, port) -> false));
    }

    @Test
    void shouldBeginElsewhereForOtherDestinationsAndSecrets() {
        final int one = allocator(1).allocate(to(1), (flow, port) -> true);
        assertNotEquals(one, allocator(1).allocate(to(2), (flow, port) -> true));
        assertNotEquals(one, allocator(2).allocate(to(1), (flow, port) -> true));
    }
}
