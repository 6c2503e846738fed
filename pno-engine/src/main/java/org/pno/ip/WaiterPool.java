package org.pno.ip;

/** Queues of waiters' tokens in one bounded pool of links. A queue is named by its last link, or {@link #EMPTY}. */
final class WaiterPool {
    static final int EMPTY = -1;

    private final int[] tokens;
    /** The link behind each, the last one's being the first; of unused links, the next unused one. */
    private final int[] next;

    private int unused;

    WaiterPool(final int capacity) {
        tokens = new int[capacity];
        next = new int[capacity];
        for (int link = 0; link < capacity; link++) {
            next[link] = link + 1 < capacity ? link + 1 : EMPTY;
        }
        unused = capacity == 0 ? EMPTY : 0;
    }

    boolean isFull() {
        return unused == EMPTY;
    }

    /**
     * Adds a token at the end of a queue. Not when the pool is full.
     *
     * @return the queue's new name
     */
    int add(final int last, final int token) {
        final int link = unused;
        unused = next[link];
        tokens[link] = token;
        if (last == EMPTY) {
            next[link] = link;
        } else {
            next[link] = next[last];
            next[last] = link;
        }
        return link;
    }

    /** The first token of a queue that is not empty. */
    int first(final int last) {
        return tokens[next[last]];
    }

    /**
     * Removes the first token of a queue that is not empty.
     *
     * @return the queue's name, EMPTY if it was the only one
     */
    int removeFirst(final int last) {
        final int first = next[last];
        final int name = first == last ? EMPTY : last;
        next[last] = next[first];
        next[first] = unused;
        unused = first;
        return name;
    }
}
