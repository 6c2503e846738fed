package org.pno.link.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pno.sys.Errno;

/** The bindings, both ends in one process and one thread: what is posted at one end happens in the other's memory. */
class FabricLoopbackTest {
    private static final int BYTES = 1 << 16;
    private static final long KEY = 0x1234_5678_9ABC_DEF1L;
    private static final int PATIENCE = 1_000_000;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment remote = arena.allocate(BYTES, 4096);
    private final MemorySegment local = arena.allocate(BYTES, 4096);
    private final MemorySegment context = arena.allocate(Endpoint.CONTEXT_BYTES, 64);

    private FabricDomain hostDomain;
    private CompletionQueue hostQueue;
    private AddressVector hostAddresses;
    private Endpoint hostEndpoint;
    private MemoryRegistration registration;

    private FabricDomain domain;
    private CompletionQueue queue;
    private AddressVector addresses;
    private Endpoint endpoint;
    private long peer;

    private void open(final FabricProvider provider) {
        final FabricOptions options = FabricRequirements.here(provider);
        hostDomain = FabricDomain.open(options, FabricInfo.Side.HOST);
        hostQueue = hostDomain.openCompletionQueue(64, false);
        hostAddresses = hostDomain.openAddressVector(8);
        hostEndpoint = hostDomain.openEndpoint(hostQueue, hostAddresses);
        registration = hostDomain.register(remote, InfoDescriptor.FI_REMOTE_READ | InfoDescriptor.FI_REMOTE_WRITE, KEY);
        domain = FabricDomain.open(options, FabricInfo.Side.DPU);
        queue = domain.openCompletionQueue(64, false);
        addresses = domain.openAddressVector(8);
        endpoint = domain.openEndpoint(queue, addresses);
        peer = addresses.insert(hostEndpoint.name());
    }

    @AfterEach
    void close() {
        for (final Fid fid : new Fid[] {
            endpoint, addresses, queue, domain, registration, hostEndpoint, hostAddresses, hostQueue, hostDomain
        }) {
            if (fid != null) {
                fid.close();
            }
        }
        arena.close();
    }

    private long remoteAddress(final long offset) {
        return (hostDomain.info().wants(InfoDescriptor.FI_MR_VIRT_ADDR) ? remote.address() : 0) + offset;
    }

    /** One operation, from its posting to its completion. */
    private interface Posting {
        int post();
    }

    private void perform(final Posting posting) {
        int patience = PATIENCE;
        int posted = posting.post();
        while (posted == -Errno.EAGAIN) {
            assertTrue(patience-- > 0, "it could not be posted");
            assertEquals(-Errno.EAGAIN, queue.read());
            hostQueue.read();
            posted = posting.post();
        }
        assertEquals(0, posted, () -> "it was refused");
        int completions = queue.read();
        while (completions == -Errno.EAGAIN) {
            assertTrue(patience-- > 0, "it did not complete");
            hostQueue.read();
            completions = queue.read();
        }
        assertEquals(1, completions);
        assertEquals(context.address(), queue.context(0));
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "SHM"})
    void shouldReadAndWriteAnothersMemory(final FabricProvider provider) {
        open(provider);
        for (int i = 0; i < BYTES; i++) {
            local.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31));
        }
        perform(() -> endpoint.write(
                local.address(), BYTES, 0, peer, remoteAddress(0), registration.key(), context.address()));
        assertEquals(-1, local.mismatch(remote), "a delivered write is in the host's memory");

        local.fill((byte) 0);
        perform(() -> endpoint.read(
                local.address(), BYTES, 0, peer, remoteAddress(0), registration.key(), context.address()));
        assertEquals(-1, local.mismatch(remote));
    }

    @ParameterizedTest
    @EnumSource(names = "TCP")
    void shouldLoadAndStoreWords(final FabricProvider provider) {
        open(provider);
        local.set(ValueLayout.JAVA_LONG, 0, 0x1122_3344_5566_7788L);
        perform(() ->
                endpoint.writeWord(local.address(), 0, peer, remoteAddress(64), registration.key(), context.address()));
        assertEquals(0x1122_3344_5566_7788L, remote.get(ValueLayout.JAVA_LONG, 64));

        assertTrue(endpoint.mostWords() >= 8, () -> "a line in one go; it can do " + endpoint.mostWords());
        remote.set(ValueLayout.JAVA_LONG, 56, 7);
        perform(() -> endpoint.readWords(
                local.address(), 8, 0, peer, remoteAddress(56), registration.key(), context.address()));
        assertEquals(7, local.get(ValueLayout.JAVA_LONG, 0));
        assertEquals(0x1122_3344_5566_7788L, local.get(ValueLayout.JAVA_LONG, 8));
    }
}
