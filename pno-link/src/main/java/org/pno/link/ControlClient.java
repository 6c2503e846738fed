package org.pno.link;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.pno.sys.Descriptors;
import org.pno.sys.Errno;
import org.pno.sys.UnixAddress;
import org.pno.sys.UnixMessage;
import org.pno.sys.UnixSocket;

/**
 * A client of the DPU's control socket: tools that ask ({@code pno ss}), and a host's side written in Java. One
 * request at a time, used by one thread. Every wait is bounded, so that a DPU that hangs does not hang its tools.
 */
public final class ControlClient implements AutoCloseable {
    /** For each reply. */
    public static final int TIMEOUT_MILLIS = 5_000;

    private static final int NO_DESCRIPTOR = -1;

    private final String path;
    private final int socket;
    private final UnixMessage message = new UnixMessage();
    private final MemorySegment packet = Arena.ofAuto().allocate(HandshakeDescriptor.MAX_BYTES, Long.BYTES);
    private final HandshakeEncoder encoder = new HandshakeEncoder().wrap(packet, 0);
    private final HandshakeDecoder decoder = new HandshakeDecoder();

    private int bell = NO_DESCRIPTOR;
    private long epoch;
    private List<DpuAddress> addresses = List.of();

    private ControlClient(final String path, final int socket) {
        this.path = path;
        this.socket = socket;
    }

    /**
     * Connects and says HELLO.
     *
     * @param path of the DPU's socket
     * @param kind one of the KIND values of {@link HandshakeDescriptor}
     * @throws ControlException if the DPU refuses, above all because of another version
     * @throws IOException if nobody listens there, or the answer is none
     */
    public static ControlClient connect(final String path, final int kind) throws IOException {
        final ControlClient client = new ControlClient(path, UnixSocket.open(UnixSocket.SEQPACKET));
        try {
            client.open(kind);
            return client;
        } catch (final IOException | RuntimeException e) {
            client.close();
            throw e;
        }
    }

    private void open(final int kind) throws IOException {
        final int result = UnixSocket.connect(socket, UnixAddress.of(path));
        if (result < 0) {
            throw new IOException("no DPU answers at " + path + ": " + Errno.describe(-result)
                    + "; start one with: pno dpu --socket " + path);
        }
        send(encoder.hello(kind));
        receive(HandshakeDescriptor.WELCOME);
        epoch = decoder.welcomeEpoch();
        try {
            addresses = decoder.welcomeAddresses();
        } catch (final ProtocolException e) {
            throw malformed(e);
        }
        if (message.descriptorCount() == 1) {
            bell = message.descriptor(0);
        } else {
            message.closeDescriptors();
        }
    }

    /** The DPU's epoch. */
    public long epoch() {
        return epoch;
    }

    /** The addresses that the DPU owns. */
    public List<DpuAddress> addresses() {
        return addresses;
    }

    /** The eventfd that wakes the DPU, this client's to close with {@link #close}; -1 if the DPU gave none. */
    public int bell() {
        return bell;
    }

    /**
     * Passes an arena.
     *
     * @param descriptors the arena, and the family's memory if others shall be able to join
     * @return its number
     */
    public int arena(final int... descriptors) throws IOException {
        return request(encoder.arena(), descriptors);
    }

    /** Asks for a descriptor that names a connection in whichever process it is; this caller's to close. */
    public int identity(final int arena, final int record, final int generation) throws IOException {
        request(encoder.identity(arena, record, generation));
        return theDescriptor();
    }

    /** Shows what names a socket, to be given the arena that the socket lives in. */
    public JoinGrant join(final int descriptor) throws IOException {
        send(encoder.join(), descriptor);
        receive(HandshakeDescriptor.JOINED);
        if (message.descriptorCount() != 2) {
            message.closeDescriptors();
            throw new IOException("the DPU at " + path + " gave no memory to join");
        }
        return new JoinGrant(
                decoder.socketArena(),
                decoder.socketRecord(),
                decoder.socketGeneration(),
                decoder.joinedRole(),
                message.descriptor(0),
                message.descriptor(1));
    }

    /** Ends a listener whose kernel socket lives on. */
    public void unlisten(final int arena, final int record, final int generation) throws IOException {
        request(encoder.unlisten(arena, record, generation));
    }

    /** Tells what this program asked for in vain since it began. */
    public void calls(final List<CallCount> counts) throws IOException {
        request(encoder.calls(counts));
    }

    /** Asks for one more connection, for a child; this caller's to close. */
    public int spare() throws IOException {
        request(encoder.spare());
        return theDescriptor();
    }

    private int theDescriptor() throws IOException {
        if (message.descriptorCount() != 1) {
            message.closeDescriptors();
            throw new IOException("the DPU at " + path + " gave no descriptor");
        }
        return message.descriptor(0);
    }

    /** Announces a channel of an arena and the eventfd that wakes who waits on it. */
    public void channel(final int arena, final int channel, final int channelBell) throws IOException {
        request(encoder.channel(arena, channel), channelBell);
    }

    /** Says, after a fork, which holder slot the parent has filled for this process. */
    public void holder(final int arena, final int slot) throws IOException {
        request(encoder.holder(arena, slot));
    }

    /** Makes a record a listener on the address that the placeholder is bound to. */
    public void listen(
            final int arena, final int record, final int generation, final int backlog, final int placeholder)
            throws IOException {
        request(encoder.listen(arena, record, generation, backlog), placeholder);
    }

    /**
     * Asks for a report.
     *
     * @param what one of the QUERY values of {@link HandshakeDescriptor}
     * @return the whole answer
     */
    public String query(final int what) throws IOException {
        send(encoder.query(what));
        final ByteArrayOutputStream answer = new ByteArrayOutputStream();
        while (true) {
            receive(HandshakeDescriptor.TEXT);
            final byte[] piece = decoder.textBytes();
            if (piece.length == 0) {
                return answer.toString(StandardCharsets.UTF_8);
            }
            answer.writeBytes(piece);
        }
    }

    /** Has the DPU copy frames into a ring, for as long as this connection lasts. */
    public CaptureGrant capture(final CaptureRequest request) throws IOException {
        final int capacity = request(encoder.capture(request));
        if (message.descriptorCount() != 2) {
            message.closeDescriptors();
            throw new IOException("the DPU at " + path + " gave no ring to capture with");
        }
        return new CaptureGrant(message.descriptor(0), message.descriptor(1), capacity);
    }

    /** Polls readable when the DPU has ended, or has something to say. */
    public int descriptor() {
        return socket;
    }

    /** Asks the DPU to end. */
    public void stop() throws IOException {
        request(encoder.stop());
    }

    private int request(final int length, final int... descriptors) throws IOException {
        send(length, descriptors);
        receive(HandshakeDescriptor.OK);
        return decoder.okValue();
    }

    private void send(final int length, final int... descriptors) throws IOException {
        final int result = message.send(socket, packet, 0, length, descriptors);
        if (result != length) {
            throw new IOException("cannot send to the DPU at " + path + ": " + Errno.describe(-result));
        }
    }

    /** Waits for one reply of that type; ERROR becomes an exception. */
    private void receive(final int type) throws IOException {
        if (Descriptors.poll(socket, Descriptors.POLLIN, TIMEOUT_MILLIS) == 0) {
            throw new IOException("the DPU at " + path + " did not answer within " + TIMEOUT_MILLIS + " ms");
        }
        final int length = message.receive(socket, packet, 0, HandshakeDescriptor.MAX_BYTES);
        if (length <= 0) {
            final String why = length == 0 ? "it closed the connection" : Errno.describe(-length);
            throw new IOException("the DPU at " + path + " did not answer: " + why);
        }
        try {
            decoder.wrap(packet, 0, length);
        } catch (final ProtocolException e) {
            throw malformed(e);
        }
        if (decoder.type() == type) {
            return;
        }
        message.closeDescriptors();
        if (decoder.type() == HandshakeDescriptor.ERROR) {
            throw new ControlException(decoder.errorErrno(), decoder.errorText());
        }
        throw new IOException(
                "the DPU at " + path + " answered with a message of type " + decoder.type() + ", expected " + type);
    }

    private IOException malformed(final ProtocolException e) {
        message.closeDescriptors();
        return new IOException("the DPU at " + path + " cannot be understood: " + e.getMessage(), e);
    }

    /** Ends the connection, and with it, for a program, all its sockets. */
    @Override
    public void close() {
        if (bell != NO_DESCRIPTOR) {
            Descriptors.close(bell);
            bell = NO_DESCRIPTOR;
        }
        Descriptors.close(socket);
    }
}
