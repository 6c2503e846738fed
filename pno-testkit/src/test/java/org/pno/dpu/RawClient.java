package org.pno.dpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.pno.link.HandshakeDescriptor;
import org.pno.link.HandshakeEncoder;
import org.pno.sys.Descriptors;
import org.pno.sys.UnixAddress;
import org.pno.sys.UnixMessage;
import org.pno.sys.UnixSocket;

/** A client of the control socket that sends what it likes, and waits for no answer. */
final class RawClient implements AutoCloseable {
    private final MemorySegment packet = Arena.ofAuto().allocate(HandshakeDescriptor.MAX_BYTES, Long.BYTES);
    private final HandshakeEncoder encoder = new HandshakeEncoder().wrap(packet, 0);
    private final UnixMessage message = new UnixMessage();
    private final int socket = UnixSocket.open(UnixSocket.SEQPACKET);
    private boolean isClosed;

    RawClient(final String path) {
        assertEquals(0, UnixSocket.connect(socket, UnixAddress.of(path)));
    }

    /** HELLO of a tool, with descriptors that nobody asked for. */
    void sendHello(final int... descriptors) {
        message.send(socket, packet, 0, encoder.hello(HandshakeDescriptor.KIND_TOOL), descriptors);
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            Descriptors.close(socket);
        }
    }
}
