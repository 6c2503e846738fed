package org.pno.check;

import org.pno.sys.Errno;

/** What a program sees of urgent data, by Linux's rules: one byte at a time, in the stream or beside it. */
final class EngineUrgent {
    private static final long NONE = -1;

    private boolean inline;
    /** Where the urgent byte stands, until it is behind what was read. */
    private long mark = NONE;

    private long lastMark = NONE;
    private boolean here;
    private boolean taken;

    void inline(final boolean on) {
        inline = on;
    }

    void inherit(final EngineUrgent listener) {
        inline = listener.inline;
    }

    /** The stack's levels; answers 1 if the byte at which the reader stands was urgent before, and is left out. */
    int observe(final long position, final boolean isHere, final long consumed, final long readable) {
        here = isHere;
        if (position == lastMark) {
            return 0;
        }
        final int leftOut = isLeftOut(consumed) && consumed < readable ? 1 : 0;
        lastMark = position;
        mark = position;
        taken = false;
        return leftOut;
    }

    boolean isAt(final long consumed) {
        return mark == consumed;
    }

    boolean isLeftOut(final long consumed) {
        return isAt(consumed) && !inline;
    }

    /** How far a read goes that begins here: it stops at the mark. */
    long end(final long consumed, final long readable) {
        return mark > consumed ? Math.min(mark, readable) : readable;
    }

    void onConsumed(final long consumed) {
        if (mark < consumed) {
            mark = NONE;
        }
    }

    /** recv(MSG_OOB), which finds the byte of this position. */
    int read(final long position) {
        if (inline || mark == NONE || taken) {
            return -Errno.EINVAL;
        }
        if (!here) {
            return -Errno.EAGAIN;
        }
        if (mark != position) {
            throw new AssertionError("the urgent byte stands at " + mark + ", not at " + position);
        }
        taken = true;
        return 1;
    }
}
