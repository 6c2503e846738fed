package org.pno.control;

import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.pno.sys.Descriptors;
import org.pno.sys.EventFd;

/**
 * Where calls are made that a host can make wait, so that the loop does not wait with them. A host chooses what it
 * passes to us: to close a socket can take as long as its SO_LINGER says, to close a file as long as its file system
 * likes, and getsockname waits while another call holds that socket's lock. So the loop closes nothing that a host has
 * had, nor a control connection, in whose queue such things may lie.
 *
 * <p>A thread for each user who has something here, for as long as he has: what one user makes wait is his own
 * business, in the order he asked. Answers come back to the loop's thread, which owns all else of this.
 */
public final class WaitingRoom implements AutoCloseable {
    private static final long IDLE_SECONDS = 5;

    /** The thread of one user, and what he waits for. */
    private static final class Room {
        final ThreadPoolExecutor thread;
        int waiting;

        Room(final int uid) {
            thread = new ThreadPoolExecutor(
                    1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> daemon(work, uid));
            thread.allowCoreThreadTimeOut(true);
        }

        /** The process does not wait for it in the end: the kernel closes all that is left. */
        private static Thread daemon(final Runnable work, final int uid) {
            final Thread thread = new Thread(work, "waiting-" + uid);
            thread.setDaemon(true);
            return thread;
        }
    }

    private final Map<Integer, Room> rooms = new HashMap<>();
    private final Queue<Runnable> answers = new ConcurrentLinkedQueue<>();
    private final int bell = EventFd.create();
    private boolean isClosed;

    /** Becomes readable when there are answers; only this process has it. */
    public int descriptor() {
        return bell;
    }

    /** Closes a descriptor, whatever that takes. */
    public void close(final int uid, final int descriptor) {
        close(uid, descriptor, () -> {});
    }

    /**
     * The same.
     *
     * @param onClosed runs on the loop's thread
     */
    public void close(final int uid, final int descriptor, final Runnable onClosed) {
        ask(
                uid,
                () -> {
                    Descriptors.close(descriptor);
                    return null;
                },
                nothing -> onClosed.run());
    }

    /**
     * Has a question answered that may take its time.
     *
     * @param question runs on the user's thread, must not throw
     * @param onAnswer runs on the loop's thread
     */
    public <T> void ask(final int uid, final Supplier<T> question, final Consumer<T> onAnswer) {
        final Room room = rooms.computeIfAbsent(uid, Room::new);
        room.waiting++;
        room.thread.execute(() -> {
            final T answer = question.get();
            answers.add(() -> {
                room.waiting--;
                onAnswer.accept(answer);
            });
            signal();
        });
    }

    private synchronized void signal() {
        if (!isClosed) {
            EventFd.signal(bell);
        }
    }

    /** Things of this user that are not done. */
    int waiting(final int uid) {
        final Room room = rooms.get(uid);
        return room == null ? 0 : room.waiting;
    }

    /** Takes up the answers that have come. */
    public void takeAnswers() {
        EventFd.drain(bell);
        for (Runnable answer = answers.poll(); answer != null; answer = answers.poll()) {
            answer.run();
        }
    }

    /** What is under way goes on; nobody hears of it any more. */
    @Override
    public synchronized void close() {
        isClosed = true;
        Descriptors.close(bell);
        rooms.values().forEach(room -> room.thread.shutdown());
    }
}
