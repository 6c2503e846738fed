package org.pno.bridge;

import java.util.ArrayDeque;
import java.util.Arrays;
import org.pno.time.TimerHandler;
import org.pno.time.TimerWheel;

/**
 * The sockets that hold receive chunks, each with a timer, so that an idle one ends up with none: once nothing has come
 * for a while, drained chunks go back; of a socket with unread bytes the host line is read, ever less often, since a
 * program that only reads need not submit anything. When something comes again, that begins anew.
 */
final class Holdings {
    /** Nothing received for that long: the socket is idle. */
    static final long IDLE_NS = 100_000_000L;

    private static final long LONGEST_NS = 6_400_000_000L;
    private static final int INITIAL_CAPACITY = 64;
    private static final int BURST = 256;

    private final TimerWheel wheel;
    private final TimerHandler onTimer = this::onTimer;
    private final ArrayDeque<BridgeSocket> idle = new ArrayDeque<>();
    private BridgeSocket[] sockets = new BridgeSocket[INITIAL_CAPACITY];
    private int[] free = new int[INITIAL_CAPACITY];
    private int freeCount;
    private int used;

    Holdings(final long nowNs) {
        wheel = new TimerWheel(nowNs, INITIAL_CAPACITY);
    }

    /** The socket has its first chunk. */
    void begin(final BridgeSocket socket, final long nowNs) {
        final int timer = freeCount != 0 ? free[--freeCount] : newTimer();
        sockets[timer] = socket;
        socket.holding = timer;
        socket.holdingAfterNs = IDLE_NS;
        wheel.schedule(timer, nowNs + IDLE_NS);
    }

    /** Something was received: the host line of who has long been idle is read soon again, and often. */
    void onReceived(final BridgeSocket socket, final long nowNs) {
        socket.receivedAtNs = nowNs;
        if (socket.holdingAfterNs > IDLE_NS) {
            socket.holdingAfterNs = IDLE_NS;
            wheel.schedule(socket.holding, nowNs + IDLE_NS);
        }
    }

    /** The socket has no chunk any more. */
    void end(final BridgeSocket socket) {
        final int timer = socket.holding;
        wheel.cancel(timer);
        sockets[timer] = null;
        free[freeCount++] = timer;
        socket.holding = BridgeSocket.NONE;
    }

    private int newTimer() {
        if (used == sockets.length) {
            sockets = Arrays.copyOf(sockets, used * 2);
            free = Arrays.copyOf(free, used * 2);
            wheel.ensureCapacity(used * 2);
        }
        return used++;
    }

    /** Lets timers fire; then {@link #nextIdle} tells whom. */
    void poll(final long nowNs) {
        wheel.poll(nowNs, onTimer, BURST);
    }

    private void onTimer(final int timer, final long nowNs) {
        final BridgeSocket socket = sockets[timer];
        final long idleAtNs = socket.receivedAtNs + IDLE_NS;
        if (idleAtNs - nowNs > 0) {
            socket.holdingAfterNs = IDLE_NS;
            wheel.schedule(timer, idleAtNs);
            return;
        }
        wheel.schedule(timer, nowNs + socket.holdingAfterNs);
        socket.holdingAfterNs = Math.min(socket.holdingAfterNs * 2, LONGEST_NS);
        idle.add(socket);
    }

    /** A socket that has been idle for a while, or null. */
    BridgeSocket nextIdle() {
        return idle.poll();
    }

    /** When {@link #poll} has something to do, or {@link TimerWheel#NO_DEADLINE}. */
    long nextDeadlineNs() {
        return wheel.nextDeadlineNs();
    }

    /** Sockets that hold chunks. */
    int count() {
        return used - freeCount;
    }
}
