package org.pno.dpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pno.dpu.DaemonFixture.Running;
import org.pno.link.ArenaDescriptor;
import org.pno.link.ControlClient;
import org.pno.link.HandshakeDescriptor;
import org.pno.sys.Descriptors;
import org.pno.sys.UnixAddress;
import org.pno.sys.UnixMessage;
import org.pno.sys.UnixSocket;

/**
 * Messages with descriptors on the control socket of a DPU that runs. Input: pieces of type, how many descriptors come
 * with it, which, and three words of its body. Each is answered, or the client is cut off; afterwards others are served
 * as before, and when the DPU has ended no descriptor is left.
 */
public final class DescriptorTarget {
    private static final int MAX_PIECES = 16;
    private static final int PIECE_BYTES = 8;
    private static final int MAX_DESCRIPTORS = 3;
    private static final int WORDS = 3;
    private static final int PATIENCE_MILLIS = 20_000;
    /** What a program says, in an order that leads somewhere; STOP is not among it, nor what a DPU says. */
    private static final int[] TYPES = {
        HandshakeDescriptor.HELLO,
        HandshakeDescriptor.ARENA,
        HandshakeDescriptor.CHANNEL,
        HandshakeDescriptor.LISTEN,
        HandshakeDescriptor.IDENTITY,
        HandshakeDescriptor.JOIN,
        HandshakeDescriptor.HOLDER,
        HandshakeDescriptor.UNLISTEN,
        HandshakeDescriptor.SPARE,
        HandshakeDescriptor.CALLS,
        HandshakeDescriptor.OK,
    };

    private static final int[] LENGTHS = {
        HandshakeDescriptor.HELLO_BYTES,
        HandshakeDescriptor.ARENA_BYTES,
        HandshakeDescriptor.CHANNEL_BYTES,
        HandshakeDescriptor.LISTEN_BYTES,
        HandshakeDescriptor.SOCKET_BYTES,
        HandshakeDescriptor.BODY_OFFSET,
        HandshakeDescriptor.HOLDER_BYTES,
        HandshakeDescriptor.SOCKET_BYTES,
        HandshakeDescriptor.BODY_OFFSET,
        HandshakeDescriptor.SOCKET_BYTES,
        HandshakeDescriptor.BODY_OFFSET,
    };

    private final MemorySegment packet = Arena.ofAuto().allocate(HandshakeDescriptor.MAX_BYTES, Long.BYTES);
    private final UnixMessage message = new UnixMessage();
    private final int socket = UnixSocket.open(UnixSocket.SEQPACKET);

    private DescriptorTarget() {}

    /** Jazzer's entry. */
    public static void fuzzerTestOneInput(final byte[] data) {
        try {
            final Path directory = Files.createTempDirectory("pno-descriptors");
            final OpenDescriptors before = OpenDescriptors.now();
            try {
                play(directory, ByteBuffer.wrap(data));
            } finally {
                Files.deleteIfExists(directory.resolve("dpu"));
                Files.deleteIfExists(directory.resolve("dpu.sock"));
                Files.delete(directory);
            }
            before.awaitNoOthers();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void play(final Path directory, final ByteBuffer input) throws IOException {
        final Dpu opened = new Dpu(DaemonFixture.small(directory, "dpu", "nobody", "10.77.0.1/24"));
        try (Running running = new Running(opened)) {
            new DescriptorTarget().send(running.socketPath(), input);
            try (ControlClient tool = ControlClient.connect(running.socketPath(), HandshakeDescriptor.KIND_TOOL)) {
                if (!tool.query(HandshakeDescriptor.QUERY_COUNTERS).contains("\"bridge.fences\"")) {
                    throw new AssertionError("the DPU does not tell its counters any more");
                }
            }
        }
    }

    private void send(final String path, final ByteBuffer input) {
        UnixSocket.connect(socket, UnixAddress.of(path));
        try (DescriptorZoo zoo = new DescriptorZoo(socket)) {
            boolean isOpen = true;
            for (int i = 0; isOpen && i < MAX_PIECES && input.remaining() >= PIECE_BYTES; i++) {
                isOpen = request(input, zoo);
            }
        } finally {
            Descriptors.close(socket);
        }
    }

    /** One message and its answer; false if the DPU has cut the connection. */
    private boolean request(final ByteBuffer input, final DescriptorZoo zoo) {
        final int type = Math.floorMod(input.get(), TYPES.length);
        final int[] descriptors = new int[Math.floorMod(input.get(), MAX_DESCRIPTORS + 1)];
        for (int i = 0; i < MAX_DESCRIPTORS; i++) {
            final int which = input.get();
            if (i < descriptors.length) {
                descriptors[i] = zoo.get(which);
            }
        }
        packet.set(ValueLayout.JAVA_INT, HandshakeDescriptor.TYPE_OFFSET, TYPES[type]);
        packet.set(ValueLayout.JAVA_INT, HandshakeDescriptor.VERSION_OFFSET, ArenaDescriptor.VERSION);
        for (int word = 0; word <= WORDS; word++) {
            final int value = word < WORDS ? input.get() : 1;
            packet.set(ValueLayout.JAVA_INT, HandshakeDescriptor.BODY_OFFSET + (long) word * Integer.BYTES, value);
        }
        return message.send(socket, packet, 0, LENGTHS[type], descriptors) >= 0 && isAnswered(zoo);
    }

    private boolean isAnswered(final DescriptorZoo zoo) {
        if (Descriptors.poll(socket, Descriptors.POLLIN, PATIENCE_MILLIS) == 0) {
            throw new AssertionError("a request that is not answered: the DPU waits for something");
        }
        final int length = message.receive(socket, packet, 0, HandshakeDescriptor.MAX_BYTES);
        for (int i = 0; length > 0 && i < message.descriptorCount(); i++) {
            zoo.add(message.descriptor(i));
        }
        return length > 0;
    }
}
