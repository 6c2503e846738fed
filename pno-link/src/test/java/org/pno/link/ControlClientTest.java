package org.pno.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pno.sys.Descriptors;
import org.pno.sys.Errno;
import org.pno.sys.EventFd;
import org.pno.sys.UnixAddress;
import org.pno.sys.UnixMessage;
import org.pno.sys.UnixSocket;

@Timeout(20)
class ControlClientTest {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final String path = "@pno-control-test-" + ProcessHandle.current().pid() + "-" + NAMES.incrementAndGet();
    private final ExecutorService dpu = Executors.newSingleThreadExecutor();
    private final int listener = UnixSocket.open(UnixSocket.SEQPACKET);
    private final MemorySegment packet = Arena.ofAuto().allocate(HandshakeDescriptor.MAX_BYTES, 8);
    private final HandshakeEncoder encoder = new HandshakeEncoder().wrap(packet, 0);
    private final HandshakeDecoder decoder = new HandshakeDecoder();
    private final UnixMessage message = new UnixMessage();
    private int connection = -1;

    @AfterEach
    void close() {
        dpu.shutdownNow();
        Descriptors.close(listener);
        if (connection >= 0) {
            Descriptors.close(connection);
        }
    }

    @Test
    void shouldSayHelloAndTakeEpochAddressesAndBell() throws Exception {
        final List<DpuAddress> addresses = List.of(new DpuAddress(0, 0xFFFF_0A4D_0001L, 24));
        final int bell = EventFd.create();
        final Future<Integer> kind = serve(() -> {
            accept();
            final int hello = receive();
            reply(encoder.welcome(9, addresses), bell);
            return hello == HandshakeDescriptor.HELLO ? decoder.helloKind() : -1;
        });

        try (ControlClient client = ControlClient.connect(path, HandshakeDescriptor.KIND_TOOL)) {
            assertEquals(9, client.epoch());
            assertEquals(addresses, client.addresses());
            EventFd.signal(client.bell());
            assertEquals(1, EventFd.drain(bell), "the bell is the DPU's");
        }
        kind.get();
        Descriptors.close(bell);
    }

    @Test
    void shouldJoinTheTextsOfAnAnswer() throws Exception {
        final byte[] text = "ESTAB µ\n".getBytes(StandardCharsets.UTF_8);
        final Future<Integer> served = serve(() -> {
            welcome();
            receive();
            reply(encoder.text(text, 0, 7));
            reply(encoder.text(text, 7, text.length - 7));
            reply(encoder.text(text, 0, 0));
            return decoder.type();
        });

        try (ControlClient client = ControlClient.connect(path, HandshakeDescriptor.KIND_TOOL)) {
            assertEquals("ESTAB µ\n", client.query(HandshakeDescriptor.QUERY_CONNECTIONS));
        }
        served.get();
    }

    @Test
    void shouldPassDescriptorsAndReturnTheArenaNumber() throws Exception {
        final Future<Integer> descriptors = serve(() -> {
            welcome();
            receive();
            final int count = message.descriptorCount();
            EventFd.signal(message.descriptor(0));
            message.closeDescriptors();
            reply(encoder.ok(41));
            return count;
        });
        final int passed = EventFd.create();

        try (ControlClient client = ControlClient.connect(path, HandshakeDescriptor.KIND_PROGRAM)) {
            assertEquals(41, client.arena(passed));
        }
        assertEquals(1, descriptors.get());
        assertEquals(1, EventFd.drain(passed));
        Descriptors.close(passed);
    }

    @Test
    void shouldThrowTheDpusRefusal() throws Exception {
        final Future<Integer> served = serve(() -> {
            welcome();
            receive();
            reply(encoder.error(Errno.EPERM, "arena 3 belongs to uid 0"));
            return 0;
        });

        try (ControlClient client = ControlClient.connect(path, HandshakeDescriptor.KIND_TOOL)) {
            final ControlException refusal = assertThrows(ControlException.class, client::stop);
            assertEquals(Errno.EPERM, refusal.errno());
            assertTrue(refusal.getMessage().contains("arena 3 belongs to uid 0"), refusal.getMessage());
        }
        served.get();
    }

    @Test
    void shouldSayHowToStartADpuWhenNoneListens() {
        final IOException refused = assertThrows(
                IOException.class, () -> ControlClient.connect("@pno-nobody", HandshakeDescriptor.KIND_TOOL));

        assertTrue(refused.getMessage().contains("@pno-nobody"), refused.getMessage());
        assertTrue(refused.getMessage().contains("ECONNREFUSED"), refused.getMessage());
    }

    @Test
    void shouldNotWaitForADpuThatCloses() throws Exception {
        final Future<Integer> served = serve(() -> {
            accept();
            Descriptors.close(connection);
            connection = -1;
            return 0;
        });

        assertThrows(IOException.class, () -> ControlClient.connect(path, HandshakeDescriptor.KIND_TOOL));
        served.get();
    }

    private Future<Integer> serve(final Callable<Integer> script) {
        UnixSocket.bind(listener, UnixAddress.of(path));
        UnixSocket.listen(listener, 1);
        return dpu.submit(script);
    }

    private void accept() {
        connection = UnixSocket.accept(listener, 0);
    }

    private void welcome() throws ProtocolException {
        accept();
        receive();
        reply(encoder.welcome(1, List.of()));
    }

    private int receive() throws ProtocolException {
        final int length = message.receive(connection, packet, 0, HandshakeDescriptor.MAX_BYTES);
        return decoder.wrap(packet, 0, length).type();
    }

    private void reply(final int length, final int... descriptors) {
        message.send(connection, packet, 0, length, descriptors);
    }
}
