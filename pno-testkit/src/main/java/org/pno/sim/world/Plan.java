package org.pno.sim.world;

/**
 * What a program does with its connection.
 *
 * @param totalBytes to write
 * @param pieceBytes written in one turn, at most
 * @param sendBufferBytes written and not acknowledged, at most
 * @param readBytes read in one turn, at most
 * @param paceNs between two turns while there is more to do
 * @param pauseNs now and then it sleeps, for so long at most; 0 for never
 * @param turns who speaks when
 * @param end how it leaves
 */
public record Plan(
        long totalBytes,
        int pieceBytes,
        long sendBufferBytes,
        int readBytes,
        long paceNs,
        long pauseNs,
        Turns turns,
        End end) {
    /** Who speaks when: {@code outBytes} for each {@code inBytes} read; {@code begins} the first without any. */
    public record Turns(int inBytes, int outBytes, boolean begins, boolean onlyAfterEnd) {
        /** Writes as it likes. */
        public static final Turns FREE = new Turns(0, 0, true, false);
        /** Writes once the other side has ended its stream. */
        public static final Turns AFTER_END = new Turns(0, 0, true, true);
    }

    /** How a program leaves. */
    public enum Manner {
        /** Ends its stream when all is written, reads to the end of the other's, closes. */
        ORDERLY,
        /** Closes when all is written and answered, without waiting for the end of the other's stream. */
        CLOSES_FIRST,
        /** Closes early, with bytes unread perhaps. */
        LEAVES,
        /** Resets the connection early. */
        ABORTS
    }

    /**
     * How a program leaves, and if early, after how many bytes written and read.
     *
     * @param answerBytes what a program that closes first waits for
     */
    public record End(Manner manner, long afterBytes, long answerBytes) {
        public static final End ORDERLY = new End(Manner.ORDERLY, Long.MAX_VALUE, 0);

        boolean isEarly() {
            return manner == Manner.LEAVES || manner == Manner.ABORTS;
        }
    }

    /** Bytes that may be written in all by now. */
    long mayWrite(final long read, final boolean isAtEnd) {
        if (turns.onlyAfterEnd && !isAtEnd) {
            return 0;
        }
        if (turns.outBytes == 0) {
            return totalBytes;
        }
        final long rounds = read / turns.inBytes + (turns.begins ? 1 : 0);
        return Math.min(totalBytes, rounds * turns.outBytes);
    }
}
