package org.pno.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pno.sys.Descriptors;
import org.pno.sys.Errno;
import org.pno.sys.EventFd;

/** Questions that take their time, and whom they make wait. */
@Timeout(60)
class WaitingRoomTest {
    private static final int ONE = 1000;
    private static final int OTHER = 1001;

    private final WaitingRoom room = new WaitingRoom();
    private final CountDownLatch answerable = new CountDownLatch(1);
    private final List<String> answers = new ArrayList<>();

    @AfterEach
    void close() {
        answerable.countDown();
        room.close();
    }

    private String waitForAnswer() {
        try {
            answerable.await();
            return "late";
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void takeAnswers(final int count) {
        while (answers.size() < count) {
            Descriptors.poll(room.descriptor(), Descriptors.POLLIN, -1);
            room.takeAnswers();
        }
    }

    @Test
    void shouldAnswerOneUserWhileAnotherWaits() {
        room.ask(ONE, this::waitForAnswer, answers::add);
        room.ask(OTHER, () -> "at once", answers::add);
        takeAnswers(1);
        assertEquals(List.of("at once"), answers);
        answerable.countDown();
        takeAnswers(2);
        assertEquals(List.of("at once", "late"), answers);
    }

    @Test
    void shouldKeepTheOrderOfOneUser() {
        room.ask(ONE, this::waitForAnswer, answers::add);
        room.ask(ONE, () -> "second", answers::add);
        answerable.countDown();
        takeAnswers(2);
        assertEquals(List.of("late", "second"), answers);
    }

    @Test
    void shouldCloseAfterWhatWasAskedBefore() {
        final int descriptor = EventFd.create();
        room.ask(ONE, () -> EventFd.signal(descriptor) == 0 ? "open" : "closed", answers::add);
        room.close(ONE, descriptor);
        room.ask(ONE, () -> EventFd.signal(descriptor) == -Errno.EBADF ? "closed" : "open", answers::add);
        takeAnswers(2);
        assertEquals(List.of("open", "closed"), answers);
    }

    @Test
    void shouldCountWhatIsNotDone() {
        assertEquals(0, room.waiting(ONE));
        room.ask(ONE, this::waitForAnswer, answers::add);
        room.ask(ONE, () -> "second", answers::add);
        assertEquals(2, room.waiting(ONE));
        answerable.countDown();
        takeAnswers(2);
        assertEquals(0, room.waiting(ONE));
    }
}
