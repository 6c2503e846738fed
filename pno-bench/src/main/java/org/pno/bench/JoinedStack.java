package org.pno.bench;

import java.lang.foreign.MemorySegment;
import org.pno.counters.Counters;
import org.pno.port.FramePool;
import org.pno.stack.NetworkStack;
import org.pno.stack.SocketOptions;
import org.pno.stack.StackConfiguration;
import org.pno.stack.StackOutput;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;

/**
 * One of two stacks that share a frame pool: what one sends, the other receives when it is asked to. It stands for
 * bridge and host as well: payload is taken as stored at once and read at once, and no byte of it is moved, so that the
 * engine alone is measured.
 */
final class JoinedStack implements StackOutput {
    static final int PORT = 6_379;

    private static final int QUEUE = 1_024;
    private static final int NONE = -1;

    private final FramePool pool;
    private final NetworkStack stack;
    private final long addressLo;
    private final SocketOptions options = new SocketOptions();

    private final long[] sentFrames = new long[QUEUE];
    private final int[] sentLengths = new int[QUEUE];
    private int sentCount;

    private JoinedStack peer;
    private int connection = NONE;
    private boolean levelsChanged;
    private long writtenPosition;
    private long readPosition;

    JoinedStack(final FramePool pool, final String address, final long macAddress) {
        this.pool = pool;
        final StackConfiguration configuration = new StackConfiguration();
        configuration.addresses.add(IpPrefix.parse(address + "/24"));
        configuration.macAddress = macAddress;
        configuration.tcp.maxConnections = 1_024;
        configuration.tcp.secret0 = macAddress;
        configuration.tcp.secret1 = -macAddress;
        addressLo = IpAddress.parse(address).lo();
        stack = new NetworkStack(configuration, this, Counters.anonymous(NetworkStack.COUNTER_COUNT), 0);
        options.noDelay = true;
    }

    void join(final JoinedStack other) {
        peer = other;
    }

    void listen() {
        check(stack.listen(IpAddress.IPV4_HI, addressLo, PORT, QUEUE, options));
    }

    void connect() {
        connection = check(stack.connect(0, 0, 0, IpAddress.IPV4_HI, peer.addressLo, PORT, options));
    }

    private static int check(final int answer) {
        if (answer < 0) {
            throw new IllegalStateException("errno " + -answer);
        }
        return answer;
    }

    /** The program writes. */
    void write(final int bytes) {
        writtenPosition += bytes;
        stack.onTxWritten(connection, writtenPosition);
    }

    /** Bytes that the program has read so far. */
    long readPosition() {
        return readPosition;
    }

    /** Fails unless the other program has read all that was written. */
    void checkReadBy(final JoinedStack other) {
        if (other.readPosition != writtenPosition) {
            throw new IllegalStateException(other.readPosition + " bytes were read of " + writtenPosition);
        }
    }

    /** One cycle: what the peer sent comes in, time passes, the program reads what there is, what came up is sent. */
    void cycle(final long nowNs) {
        for (int i = 0; i < peer.sentCount; i++) {
            stack.onFrame(peer.sentFrames[i], peer.sentLengths[i], nowNs);
            pool.release(peer.sentFrames[i]);
        }
        peer.sentCount = 0;
        stack.onTimers(nowNs);
        read();
        stack.flush(nowNs);
    }

    private void read() {
        if (levelsChanged) {
            levelsChanged = false;
            readPosition = stack.rxCommittable(connection);
            stack.onPublished(connection, readPosition, false);
            stack.onRxRead(connection, readPosition);
        }
    }

    @Override
    public MemorySegment memory() {
        return pool.memory();
    }

    @Override
    public int frameBytes() {
        return FramePool.MAX_FRAME_BYTES;
    }

    @Override
    public void release(final long frame) {
        pool.release(frame);
    }

    @Override
    public long allocate() {
        return sentCount == QUEUE ? NO_FRAME : pool.allocate();
    }

    @Override
    public void transmit(final long frame, final int length) {
        sentFrames[sentCount] = frame;
        sentLengths[sentCount] = length;
        sentCount++;
    }

    @Override
    public void transmit(
            final long frame, final int headerLength, final int sender, final long position, final int payloadLength) {
        transmit(frame, headerLength + payloadLength);
    }

    @Override
    public boolean place(final int receiver, final long position, final int length, final long payload) {
        return true;
    }

    @Override
    public void changed(final int changedConnection) {
        levelsChanged = true;
    }

    @Override
    public boolean accept(final int listener, final int accepted) {
        connection = accepted;
        return true;
    }

    @Override
    public void established(final int established) {}

    @Override
    public void advertised(final int advertiser, final long edge) {}

    @Override
    public void released(final int released) {}
}
