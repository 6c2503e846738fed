package org.pno.cli.load;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.agrona.collections.Int2ObjectHashMap;
import org.pno.counters.Counters;
import org.pno.port.FrameHandler;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortFactory;
import org.pno.stack.NetworkStack;
import org.pno.stack.SocketOptions;
import org.pno.stack.StackConfiguration;
import org.pno.stack.StackOutput;
import org.pno.sys.Descriptors;
import org.pno.sys.Epoll;
import org.pno.sys.EventFd;
import org.pno.sys.RandomBytes;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;

/**
 * PnO-TCP as a client: a stack right on a packet port, its payload in rings of this process. What stands for bridge and
 * host is one copy each way. The caller's thread runs its cycles.
 */
final class LoadEngine implements StackOutput, AutoCloseable {
    private static final int FRAMES = 4_096;
    private static final int FRAMES_PER_CYCLE = 64;
    private static final int BACKLOG = 1_024;
    private static final int MAX_CONNECTIONS = 1 << 17;
    private static final int STREAM_BYTES = 1 << 18;
    private static final int RECEIVE_BUFFER_BYTES = STREAM_BYTES - 4_096;
    /** A port without a descriptor is looked at that often. */
    private static final long POLLED_PORT_NS = 50_000;

    private static final int WAKE_UP = 1;

    private static final int ESTABLISHED = 2; // of Sockets#socketState
    private static final int CLOSED = 4;

    private final FramePool pool = new FramePool(FRAMES);
    private final PacketPort port;
    private final List<IpPrefix> addresses;
    private final NetworkStack stack;
    private final Epoll epoll = new Epoll(4);
    private final int wakeUp = EventFd.create();
    private final SocketOptions options = new SocketOptions();
    private final Int2ObjectHashMap<Session> sessions = new Int2ObjectHashMap<>();
    private final Map<Integer, Supplier<Session>> acceptors = new HashMap<>();
    private final List<Session> marked = new ArrayList<>();
    private final FrameHandler onFrame = this::onFrame;
    private long nowNs;
    private int nextAddress;

    /**
     * Opens a port and starts a stack on it.
     *
     * @param portName as {@code --port} takes it
     * @param addresses of our own with their network: connections take them in turn
     */
    LoadEngine(final String portName, final List<IpPrefix> addresses) {
        this.addresses = List.copyOf(addresses);
        port = PortFactory.open(portName, pool);
        final StackConfiguration configuration = new StackConfiguration();
        configuration.addresses.addAll(addresses);
        configuration.macAddress = port.macAddress();
        configuration.mtuBytes = port.mtuBytes();
        configuration.tcp.maxConnections = MAX_CONNECTIONS;
        configuration.tcp.streamBytes = STREAM_BYTES;
        configuration.tcp.secret0 = RandomBytes.nextLong();
        configuration.tcp.secret1 = RandomBytes.nextLong();
        nowNs = System.nanoTime();
        stack = new NetworkStack(configuration, this, Counters.anonymous(NetworkStack.COUNTER_COUNT), nowNs);
        options.noDelay = true;
        options.receiveBufferBytes = RECEIVE_BUFFER_BYTES;
        if (port.pollDescriptor() >= 0) {
            epoll.add(port.pollDescriptor(), Epoll.EPOLLIN, 0);
        }
        epoll.add(wakeUp, Epoll.EPOLLIN, WAKE_UP);
        stack.start(nowNs);
    }

    /** Ends a {@link #sleep}, the present one or the next. Any thread. */
    void wake() {
        EventFd.signal(wakeUp);
    }

    NetworkStack stack() {
        return stack;
    }

    /** A connection's ring of what comes must hold so much. */
    static int receiveBytes() {
        return STREAM_BYTES;
    }

    /** The time of this cycle. */
    long nowNs() {
        return nowNs;
    }

    /** Starts to connect a session. Returns 0 or a negative errno. */
    int connect(final Session session, final IpAddress to, final int toPort) {
        final IpAddress from = addresses.get(nextAddress++ % addresses.size()).address();
        final int number = stack.connect(from.hi(), from.lo(), 0, to.hi(), to.lo(), toPort, options);
        if (number < 0) {
            return number;
        }
        session.begin(number);
        sessions.put(number, session);
        return 0;
    }

    /** Listens on the first address; each connection gets a session of that make. Returns the listener's number. */
    int listen(final int listenPort, final Supplier<Session> make) {
        final IpAddress at = addresses.getFirst().address();
        final int listener = stack.listen(at.hi(), at.lo(), listenPort, BACKLOG, options);
        if (listener < 0) {
            throw new IllegalStateException("port " + listenPort + " cannot be listened on: errno " + -listener);
        }
        acceptors.put(listener, make);
        return listener;
    }

    void unlisten(final int listener) {
        stack.unlisten(listener);
        acceptors.remove(listener);
    }

    long acked(final Session session) {
        return stack.txAcked(session.connection());
    }

    /** Takes in what has come, and has the sessions' users do what they do; {@link #flush} sends what they wrote. */
    boolean receive() {
        nowNs = System.nanoTime();
        final int frames = port.receive(onFrame, FRAMES_PER_CYCLE);
        stack.onTimers(nowNs);
        serveMarked();
        return frames > 0;
    }

    /** Sends what has come up. */
    void flush() {
        stack.flush(nowNs);
        port.flush();
        serveMarked(); // what the flush has released
    }

    /** Sleeps until a frame comes, or a timer is due, or that moment. */
    void sleep(final long untilNs) {
        final long deadlineNs = Math.min(stack.nextDeadlineNs(), untilNs);
        final long longestNs = port.pollDescriptor() < 0 ? POLLED_PORT_NS : Long.MAX_VALUE;
        final long waitNs = deadlineNs == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, deadlineNs - System.nanoTime());
        final long timeoutNs = Math.min(waitNs, longestNs);
        final int events = epoll.await(timeoutNs == Long.MAX_VALUE ? Epoll.FOREVER : timeoutNs);
        for (int i = 0; i < events; i++) {
            if (epoll.data(i) == WAKE_UP) {
                EventFd.drain(wakeUp);
            }
        }
    }

    private void onFrame(final long frame, final int length) {
        stack.onFrame(frame, length, nowNs);
        pool.release(frame);
    }

    private void serveMarked() {
        for (int i = 0; i < marked.size(); i++) { // it may grow meanwhile
            final Session session = marked.get(i);
            session.isMarked = false;
            if (session.isOpen()) {
                serve(session, session.connection());
            }
        }
        marked.clear();
    }

    private void serve(final Session session, final int number) {
        final SessionHandler handler = session.handler();
        if (!session.isEstablished() && stack.socketState(number) == ESTABLISHED) {
            session.established();
            handler.onEstablished(session, nowNs);
        }
        final long committable = stack.rxCommittable(number);
        final long fin = stack.finReceived(number);
        stack.onPublished(number, committable, fin >= 0);
        if (session.arrived(committable)) {
            handler.onReceived(session, nowNs);
            stack.onRxRead(number, session.read());
        }
        final boolean isOver = stack.socketState(number) == CLOSED;
        if (session.connection() == number && (isOver || fin >= 0)) {
            final int errno = stack.socketError(number);
            if (isOver) {
                sessions.remove(number);
                session.forget();
            }
            handler.onEnded(session, errno, nowNs);
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
    public long allocate() {
        return pool.allocate(); // FramePool.NONE is NO_FRAME
    }

    @Override
    public void release(final long frame) {
        pool.release(frame);
    }

    @Override
    public void transmit(final long frame, final int length) {
        port.transmit(frame, length);
    }

    @Override
    public void transmit(
            final long frame,
            final int headerLength,
            final int connection,
            final long position,
            final int payloadLength) {
        final Session session = sessions.get(connection);
        if (session == null) {
            pool.release(frame);
            return;
        }
        session.sent.read(position, pool.memory(), frame + headerLength, payloadLength);
        port.transmit(frame, headerLength + payloadLength);
    }

    @Override
    public boolean place(final int connection, final long position, final int length, final long payload) {
        final Session session = sessions.get(connection);
        if (session == null) {
            return false;
        }
        session.received.write(position, pool.memory(), payload, length);
        return true;
    }

    @Override
    public void changed(final int connection) {
        final Session session = sessions.get(connection);
        if (session != null && !session.isMarked) {
            session.isMarked = true;
            marked.add(session);
        }
    }

    @Override
    public boolean accept(final int listener, final int connection) {
        final Supplier<Session> make = acceptors.get(listener);
        if (make == null) {
            return false;
        }
        final Session session = make.get();
        session.begin(connection);
        sessions.put(connection, session);
        changed(connection);
        return true;
    }

    @Override
    public void established(final int connection) {
        changed(connection);
    }

    @Override
    public void advertised(final int connection, final long edge) {}

    @Override
    public void released(final int connection) {
        final Session session = sessions.remove(connection);
        if (session != null && session.connection() == connection) {
            final int errno = stack.socketError(connection);
            session.forget();
            session.handler().onEnded(session, errno, nowNs);
        }
    }

    /** Resets all connections and closes the port. */
    @Override
    public void close() {
        port.close();
        epoll.close();
        Descriptors.close(wakeUp);
    }
}
