package org.pno.ip;

import java.util.Arrays;

/** Which 8-byte blocks of a packet something is true of: a bit for each that an IP packet can have. */
final class BlockMap {
    static final int BLOCK_SHIFT = 3;

    private static final int BLOCKS = 1 << 16 >>> BLOCK_SHIFT;
    private static final long ALL = -1L;

    private final long[] words = new long[BLOCKS / Long.SIZE];

    void clear() {
        Arrays.fill(words, 0);
    }

    boolean has(final int block) {
        return (words[block / Long.SIZE] & 1L << block) != 0;
    }

    void add(final int block) {
        words[block / Long.SIZE] |= 1L << block;
    }

    /** Adds the blocks from {@code from} to before {@code to}, one at least. */
    void add(final int from, final int to) {
        final int last = (to - 1) / Long.SIZE;
        for (int word = from / Long.SIZE; word <= last; word++) {
            words[word] |= part(word, from, to);
        }
    }

    /** How many of the blocks from {@code from} to before {@code to}, one at least, are in. */
    int count(final int from, final int to) {
        int count = 0;
        final int last = (to - 1) / Long.SIZE;
        for (int word = from / Long.SIZE; word <= last; word++) {
            count += Long.bitCount(words[word] & part(word, from, to));
        }
        return count;
    }

    /** The bits of one word that stand for blocks of the range. */
    private static long part(final int word, final int from, final int to) {
        final int first = word * Long.SIZE;
        final long notBefore = from > first ? ALL << from : ALL;
        final long before = to < first + Long.SIZE ? (1L << to) - 1 : ALL;
        return notBefore & before;
    }
}
