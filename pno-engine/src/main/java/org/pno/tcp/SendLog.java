package org.pno.tcp;

import java.util.Arrays;

/**
 * When what is in flight was sent: stretches of positions in ascending order, none overlapping, each with the time of
 * its last transmission and two marks, sent again and lost (RFC 8985 5.2 keeps the same per segment). What the peer has
 * reported by SACK has left it, so what is neither received nor lost is what 6675 calls the pipe. Beside it stands what
 * {@link DeliveryState} was then, from which the delivery rate follows.
 *
 * <p>Sending appends, or only extends the last stretch if the time is the same; an in-order ACK moves the front.
 * Bounded: when it is full, neighbours are joined and take the later time, which makes loss detection slower, never
 * wrong. Belongs to a connection only while something is in flight.
 *
 * <pre>
 *   words:  | ...gone | start | end | time | marks | delivered | deliveredAt | firstSent | start | ... free |
 *                     ^ first                                                                          ^ first + count
 * </pre>
 */
final class SendLog {
    private static final int WORDS = 7;
    private static final int END = 1;
    private static final int TIME = 2;
    private static final int MARKS = 3;
    private static final int DELIVERED = 4;
    private static final int DELIVERED_AT = 5;
    private static final int FIRST_SENT = 6;

    private static final long RESENT = 1;
    private static final long LOST = 2;
    private static final long APP_LIMITED = 4;

    private static final int FIRST_CAPACITY = 16;

    private final int maxCapacity;
    private long[] words = new long[FIRST_CAPACITY * WORDS];
    private int first;
    private int count;

    private long totalBytes;
    private long lostBytes;

    /** An empty log of {@code maxCapacity} stretches at most. */
    SendLog(final int maxCapacity) {
        this.maxCapacity = maxCapacity;
    }

    void clear() {
        first = 0;
        count = 0;
        totalBytes = 0;
        lostBytes = 0;
    }

    boolean isEmpty() {
        return count == 0;
    }

    int count() {
        return count;
    }

    /** Positions in flight that are not reported as received. */
    long totalBytes() {
        return totalBytes;
    }

    /** Of these, how many are lost and not sent again. */
    long lostBytes() {
        return lostBytes;
    }

    /** How much of it has been sent again and is not lost. */
    long resentBytes() {
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += isResent(i) && !isLost(i) ? length(i) : 0;
        }
        return bytes;
    }

    private int at(final int index) {
        return (first + index) * WORDS;
    }

    long start(final int index) {
        return words[at(index)];
    }

    /** The first position behind a stretch. */
    long end(final int index) {
        return words[at(index) + END];
    }

    /** When it was sent last. */
    long timeNs(final int index) {
        return words[at(index) + TIME];
    }

    /** It was sent more than once. */
    boolean isResent(final int index) {
        return (words[at(index) + MARKS] & RESENT) != 0;
    }

    /** Its last transmission is lost. */
    boolean isLost(final int index) {
        return (words[at(index) + MARKS] & LOST) != 0;
    }

    /** The program limited the rate when it was sent. */
    boolean isAppLimited(final int index) {
        return (words[at(index) + MARKS] & APP_LIMITED) != 0;
    }

    /** What {@link DeliveryState#deliveredBytes} was when it was sent; likewise the next two. */
    long delivered(final int index) {
        return words[at(index) + DELIVERED];
    }

    long deliveredAtNs(final int index) {
        return words[at(index) + DELIVERED_AT];
    }

    long firstSentNs(final int index) {
        return words[at(index) + FIRST_SENT];
    }

    private long length(final int index) {
        return end(index) - start(index);
    }

    /** Sent for the first time, behind all before. */
    void append(final long start, final long end, final long nowNs, final DeliveryState delivery) {
        totalBytes += end - start;
        final long marks = delivery.isAppLimited() ? APP_LIMITED : 0;
        if (count > 0) {
            final int last = at(count - 1);
            if (words[last + END] == start && words[last + TIME] == nowNs && words[last + MARKS] == marks) {
                words[last + END] = end;
                return;
            }
        }
        ensureRoom(1);
        final int at = at(count++);
        words[at] = start;
        words[at + END] = end;
        stamp(at, nowNs, marks, delivery);
    }

    private void stamp(final int at, final long timeNs, final long marks, final DeliveryState delivery) {
        words[at + TIME] = timeNs;
        words[at + MARKS] = marks;
        words[at + DELIVERED] = delivery.deliveredBytes;
        words[at + DELIVERED_AT] = delivery.deliveredAtNs;
        words[at + FIRST_SENT] = delivery.firstSentNs;
    }

    private void move(final int from, final int to, final int stretches) {
        System.arraycopy(words, at(from), words, at(to), stretches * WORDS);
    }

    /** The first stretch that ends behind {@code position}; {@link #count()} if there is none. */
    int indexFrom(final long position) {
        int low = 0;
        int high = count;
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (end(middle) <= position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * {@code from} to {@code to} has been received.
     *
     * @return positions of it that were in the log
     */
    long remove(final long from, final long to) {
        final long before = totalBytes;
        if (count > 0 && from <= start(0)) {
            removeBelow(to);
        } else {
            split(from, to);
            final int begin = indexFrom(from);
            int end = begin;
            while (end < count && start(end) < to) {
                forget(end++);
            }
            close(begin, end);
        }
        return before - totalBytes;
    }

    private void removeBelow(final long to) {
        while (count > 0 && end(0) <= to) {
            forget(0);
            first++;
            count--;
        }
        if (count == 0) {
            first = 0;
        } else if (start(0) < to) {
            final long gone = to - start(0);
            totalBytes -= gone;
            lostBytes -= isLost(0) ? gone : 0;
            words[at(0)] = to;
        }
    }

    private void forget(final int index) {
        totalBytes -= length(index);
        lostBytes -= isLost(index) ? length(index) : 0;
    }

    private void close(final int from, final int to) {
        move(to, from, count - to);
        count -= to - from;
    }

    private void split(final long from, final long to) {
        ensureRoom(2);
        split(from);
        split(to);
    }

    /** Sees to it that no stretch reaches across {@code position}; there is room for one more. */
    private void split(final long position) {
        final int index = indexFrom(position);
        if (index == count || start(index) >= position) {
            return;
        }
        move(index, index + 1, count - index);
        count++;
        words[at(index) + END] = position;
        words[at(index + 1)] = position;
    }

    /** {@code from} to {@code to} is sent again, or as much of it as is in the log. */
    void resend(final long from, final long to, final long nowNs, final DeliveryState delivery) {
        split(from, to);
        final long marks = RESENT | (delivery.isAppLimited() ? APP_LIMITED : 0);
        final int begin = indexFrom(from);
        int kept = begin; // The last stretch that the next may join.
        int end = begin;
        for (; end < count && start(end) < to; end++) {
            lostBytes -= isLost(end) ? length(end) : 0;
            if (end > begin && end(kept) == start(end)) {
                words[at(kept) + END] = end(end);
            } else {
                kept += end > begin ? 1 : 0;
                words[at(kept)] = start(end);
                words[at(kept) + END] = end(end);
                stamp(at(kept), nowNs, marks, delivery);
            }
        }
        if (end > begin) {
            close(kept + 1, end);
        }
    }

    void markLost(final int index) {
        if (!isLost(index)) {
            words[at(index) + MARKS] |= LOST;
            lostBytes += length(index);
        }
    }

    /** What is in the log of {@code from} to {@code to} is lost. */
    void markLost(final long from, final long to) {
        split(from, to);
        for (int i = indexFrom(from); i < count && start(i) < to; i++) {
            markLost(i);
        }
    }

    /** Stretches longer than this are lost; false if there are none. Shorter ones stood in one segment each. */
    boolean markLostLongerThan(final long bytes) {
        boolean found = false;
        for (int i = 0; i < count; i++) {
            if (length(i) > bytes) {
                markLost(i);
                found = true;
            }
        }
        return found;
    }

    /** All that was sent at {@code timeNs} or before is lost. */
    void markLostSentBy(final long timeNs) {
        for (int i = 0; i < count; i++) {
            if (timeNs(i) <= timeNs) {
                markLost(i);
            }
        }
    }

    /** Nothing is lost, after all. */
    void unmarkLost() {
        for (int i = 0; i < count; i++) {
            words[at(i) + MARKS] &= ~LOST;
        }
        lostBytes = 0;
    }

    /** True if something in it has been sent more than once, or waits for that. */
    boolean isRecovering() {
        for (int i = 0; i < count; i++) {
            if ((words[at(i) + MARKS] & (RESENT | LOST)) != 0) {
                return true;
            }
        }
        return false;
    }

    /** The peer has taken back what it had reported: all of {@code from} to {@code to} is lost. */
    void refill(final long from, final long to, final long nowNs, final DeliveryState delivery) {
        clear();
        words[0] = from;
        words[END] = to;
        stamp(0, nowNs, RESENT | LOST, delivery);
        count = 1;
        totalBytes = to - from;
        lostBytes = totalBytes;
    }

    /** The first stretch that is lost; {@link #count()} if none is. */
    int firstLost() {
        int index = 0;
        while (index < count && !isLost(index)) {
            index++;
        }
        return index;
    }

    /** Where the positions that are lost without a gap from a stretch on end. */
    long lostEnd(final int index) {
        int last = index;
        while (last + 1 < count && isLost(last + 1) && start(last + 1) == end(last)) {
            last++;
        }
        return end(last);
    }

    private void ensureRoom(final int stretches) {
        final int capacity = words.length / WORDS;
        if (first + count + stretches <= capacity) {
            return;
        }
        if (first < capacity / 2) { // Else moving down costs no more than what has gone.
            if (capacity < maxCapacity) {
                words = Arrays.copyOf(words, 2 * words.length);
                return;
            }
            joinNeighbours();
        }
        System.arraycopy(words, at(0), words, 0, count * WORDS);
        first = 0;
    }

    private void joinNeighbours() {
        join(true);
        if (count > maxCapacity / 4 * 3) { // Marks in turn: they go, and loss detection finds them again.
            join(false);
        }
    }

    /** Joins each stretch with the next, in pairs if {@code gently}, else with all it touches. */
    private void join(final boolean gently) {
        int kept = -1;
        boolean paired = false;
        for (int i = 0; i < count; i++) {
            final boolean touches = kept >= 0 && end(kept) == start(i);
            final boolean alike = touches && isLost(kept) == isLost(i);
            if (gently ? alike && !paired : touches) {
                absorb(kept, i, alike);
                paired = true;
            } else {
                kept++;
                move(i, kept, 1);
                paired = false;
            }
        }
        count = kept + 1;
    }

    private void absorb(final int kept, final int next, final boolean alike) {
        final boolean later = timeNs(next) > timeNs(kept);
        if (!alike) {
            lostBytes -= (isLost(kept) ? length(kept) : 0) + (isLost(next) ? length(next) : 0);
            words[at(kept) + MARKS] &= ~LOST;
        }
        words[at(kept) + END] = end(next);
        words[at(kept) + MARKS] |= words[at(next) + MARKS] & (alike ? RESENT | LOST : RESENT);
        if (later) {
            words[at(kept) + TIME] = timeNs(next);
            words[at(kept) + MARKS] &= ~APP_LIMITED;
            words[at(kept) + MARKS] |= words[at(next) + MARKS] & APP_LIMITED;
            System.arraycopy(words, at(next) + DELIVERED, words, at(kept) + DELIVERED, WORDS - DELIVERED);
        }
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append('[').append(start(i)).append(',').append(end(i)).append(')');
            text.append(isResent(i) ? "r" : "").append(isLost(i) ? "x" : "");
        }
        return text.toString();
    }
}
