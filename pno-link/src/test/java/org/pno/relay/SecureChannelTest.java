package org.pno.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pno.sys.Descriptors;
import org.pno.sys.InetSocket;
import org.pno.sys.StreamSocket;

/** TLS between a host's side and a DPU's, over loopback. */
@Timeout(60)
class SecureChannelTest {
    private static final int LOOPBACK = 0x7F00_0001;
    private static final long PATIENCE_MILLIS = 20_000;

    @TempDir
    private static Path ours;

    @TempDir
    private static Path others;

    private final MemorySegment record = Arena.ofAuto().allocate(RelayDescriptor.MAX_BYTES, Long.BYTES);
    private final RelayEncoder encoder = new RelayEncoder().wrap(record);
    private final StreamSocket listener = StreamSocket.open();
    private StreamSocket hostSocket;
    private StreamSocket dpuSocket;

    @BeforeAll
    static void makeKeys() throws RelayException {
        RelayCertificates.make(ours);
        RelayCertificates.make(others);
    }

    @BeforeEach
    void connect() {
        assertEquals(0, listener.bind(LOOPBACK, 0));
        assertEquals(0, listener.listen(1));
        hostSocket = StreamSocket.open();
        hostSocket.connect(
                LOOPBACK, InetSocket.localEndpoint(listener.descriptor()).port());
        Descriptors.poll(listener.descriptor(), Descriptors.POLLIN, (int) PATIENCE_MILLIS);
        dpuSocket = listener.accept();
        assertNotNull(dpuSocket);
    }

    @AfterEach
    void close() {
        listener.close();
    }

    private static CompletableFuture<SecureChannel> shake(
            final StreamSocket socket, final Path directory, final Side side, final long patienceMillis) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        final SecureChannel channel = new SecureChannel(socket, RelayKeys.load(directory, side));
                        try {
                            channel.handshake(patienceMillis);
                        } catch (final RelayException e) {
                            channel.close();
                            throw e;
                        }
                        return channel;
                    } catch (final RelayException e) {
                        throw new IllegalStateException(e.getMessage(), e);
                    }
                },
                handshake -> Thread.ofPlatform().start(handshake));
    }

    private static String failure(final CompletableFuture<SecureChannel> shaking) {
        final ExecutionException failure = assertThrows(ExecutionException.class, shaking::get);
        return assertInstanceOf(IllegalStateException.class, failure.getCause()).getMessage();
    }

    private static List<String> receive(final SecureChannel channel) throws RelayException {
        final List<String> texts = new ArrayList<>();
        while (texts.isEmpty() && channel.receive((decoder, memory) -> texts.add(decoder.refusedText()))) {
            Descriptors.poll(channel.descriptor(), Descriptors.POLLIN, (int) PATIENCE_MILLIS);
        }
        return texts;
    }

    @Test
    void shouldCarryRecordsBothWays() throws Exception {
        final CompletableFuture<SecureChannel> shaking = shake(hostSocket, ours, Side.HOST, PATIENCE_MILLIS);
        try (SecureChannel dpu =
                        shake(dpuSocket, ours, Side.DPU, PATIENCE_MILLIS).get();
                SecureChannel host = shaking.get()) {
            host.send(record, encoder.refused("from the host"));
            host.flush();
            assertEquals(List.of("from the host"), receive(dpu));
            dpu.send(record, encoder.refused("one"));
            dpu.send(record, encoder.refused("two"));
            dpu.flush();
            assertEquals(List.of("one", "two"), receive(host));
        }
    }

    @Test
    void shouldCarryMoreThanTheSocketsHold() throws Exception {
        final CompletableFuture<SecureChannel> shaking = shake(hostSocket, ours, Side.HOST, PATIENCE_MILLIS);
        try (SecureChannel dpu =
                        shake(dpuSocket, ours, Side.DPU, PATIENCE_MILLIS).get();
                SecureChannel host = shaking.get()) {
            final MemorySegment message = MemorySegment.ofArray(new byte[30_000]);
            int sent = 0;
            while (host.queuedBytes() < 2_000_000) {
                message.set(ValueLayout.JAVA_INT_UNALIGNED, 29_000, sent);
                host.send(record, encoder.request(sent, List.of(), message, 30_000));
                host.flush();
                sent++;
            }
            assertTrue(host.isWaitingForRoom());
            final List<Integer> received = new ArrayList<>();
            while (received.size() < sent) {
                host.flush();
                assertTrue(dpu.receive((decoder, memory) -> {
                    assertEquals(
                            decoder.connection(),
                            memory.get(ValueLayout.JAVA_INT_UNALIGNED, decoder.messageOffset() + 29_000));
                    received.add(decoder.connection());
                }));
            }
            assertEquals(sent - 1, received.getLast());
            assertFalse(host.isWaitingForRoom());
            assertEquals(0, host.queuedBytes());
        }
    }

    @Test
    void shouldGiveUpAPeerThatDoesNotRead() throws Exception {
        final CompletableFuture<SecureChannel> shaking = shake(hostSocket, ours, Side.HOST, PATIENCE_MILLIS);
        try (SecureChannel dpu =
                        shake(dpuSocket, ours, Side.DPU, PATIENCE_MILLIS).get();
                SecureChannel host = shaking.get()) {
            assertTrue(dpu.descriptor() >= 0);
            final MemorySegment message = MemorySegment.ofArray(new byte[30_000]);
            final RelayException failure = assertThrows(RelayException.class, () -> {
                while (host.queuedBytes() <= SecureChannel.MAX_QUEUED_BYTES) {
                    host.send(record, encoder.request(1, List.of(), message, 30_000));
                    host.flush();
                }
            });
            assertTrue(failure.getMessage().contains("does not read"), failure.getMessage());
        }
    }

    @Test
    void shouldTellTheEndOfTheOtherSide() throws Exception {
        final CompletableFuture<SecureChannel> shaking = shake(hostSocket, ours, Side.HOST, PATIENCE_MILLIS);
        try (SecureChannel host = shakenWith(shaking)) {
            Descriptors.poll(host.descriptor(), Descriptors.POLLIN, (int) PATIENCE_MILLIS);
            boolean isOpen = true;
            while (isOpen) {
                isOpen = host.receive((decoder, memory) -> {});
            }
        }
    }

    private SecureChannel shakenWith(final CompletableFuture<SecureChannel> shaking) throws Exception {
        final SecureChannel dpu =
                shake(dpuSocket, ours, Side.DPU, PATIENCE_MILLIS).get();
        final SecureChannel host = shaking.get();
        dpu.close();
        return host;
    }

    @Test
    void shouldRefuseAHostOfAnotherPair() throws Exception {
        final CompletableFuture<SecureChannel> host = shake(hostSocket, others, Side.HOST, PATIENCE_MILLIS);
        final String why = failure(shake(dpuSocket, ours, Side.DPU, PATIENCE_MILLIS));
        assertTrue(why.contains("certificate"), why);
        final String told = failure(host);
        assertTrue(told.contains("not the one in our keys"), told);
    }

    @Test
    void shouldRefuseAHostThatKnowsTheDpuButIsUnknown() throws Exception {
        final Path mixed = others.resolve("mixed");
        RelayTestKeys.mix(others, ours, mixed);
        final CompletableFuture<SecureChannel> shaking = shake(hostSocket, mixed, Side.HOST, PATIENCE_MILLIS);
        final String why = failure(shake(dpuSocket, ours, Side.DPU, PATIENCE_MILLIS));
        assertTrue(why.contains("not the one in our keys"), why);
        // By TLS 1.3 the client is done before the server has seen its certificate: the refusal comes with the first
        // read.
        final RelayException told = assertThrows(RelayException.class, () -> receive(shaking.get()));
        assertTrue(told.getMessage().contains("pno certificates"), told.getMessage());
    }

    @Test
    void shouldRefuseAStrangerWithoutTls() {
        final byte[] greeting = "GET / HTTP/1.0\r\n\r\n".repeat(5).getBytes(StandardCharsets.US_ASCII);
        assertEquals(greeting.length, hostSocket.write(greeting));
        final String why = failure(shake(dpuSocket, ours, Side.DPU, PATIENCE_MILLIS));
        assertTrue(why.contains("TLS failed"), why);
        hostSocket.close();
    }

    @Test
    void shouldGiveUpAStrangerThatSaysNothing() {
        final String why = failure(shake(dpuSocket, ours, Side.DPU, 50));
        assertTrue(why.contains("too long"), why);
        hostSocket.close();
    }

    @Test
    void shouldGiveUpAStrangerThatGoesAway() {
        hostSocket.close();
        final String why = failure(shake(dpuSocket, ours, Side.DPU, PATIENCE_MILLIS));
        assertTrue(why.contains("ended the connection"), why);
    }
}
