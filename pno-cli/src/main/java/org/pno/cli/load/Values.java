package org.pno.cli.load;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Keys, and values of one length: a key's value begins at its place of the pattern, so those in turn differ. */
public final class Values {
    /** As redis-benchmark writes keys: "key:" and twelve digits. */
    static final int KEY_BYTES = 16;

    private static final int LEAST_KEYS = 100;
    private static final int MOST_KEYS = 10_000;
    private static final int STORE_BYTES = 1 << 25;
    /** Prime, so that keys follow each other without order and all of them come. */
    private static final long STRIDE = 7_919;

    private final int bytes;
    private final int keys;
    private final MemorySegment pattern;

    Values(final int bytes) {
        this.bytes = bytes;
        keys = keysOf(bytes);
        pattern = MemorySegment.ofArray(PayloadPattern.bytes(bytes + PayloadPattern.PERIOD));
    }

    /** So many keys that their values fit into a store. */
    public static int keysOf(final int valueBytes) {
        return Math.clamp(STORE_BYTES / valueBytes, LEAST_KEYS, MOST_KEYS);
    }

    int keys() {
        return keys;
    }

    int bytes() {
        return bytes;
    }

    /** Which key a request is about. */
    int key(final long number) {
        return (int) (number * STRIDE % keys);
    }

    /** Fills in a key's digits where zeros stand. */
    static void writeKey(final MemorySegment to, final long offset, final int key) {
        int rest = key;
        for (int i = KEY_BYTES - 1; rest > 0; i--) {
            to.set(ValueLayout.JAVA_BYTE, offset + i, (byte) ('0' + rest % 10));
            rest /= 10;
        }
    }

    /** Writes a key's value. */
    void write(final MemorySegment to, final long offset, final int key) {
        MemorySegment.copy(pattern, key % PayloadPattern.PERIOD, to, offset, bytes);
    }

    /** Fails unless these bytes are the key's value. */
    void check(final MemorySegment from, final long offset, final int key) {
        final long shift = key % PayloadPattern.PERIOD;
        if (MemorySegment.mismatch(from, offset, offset + bytes, pattern, shift, shift + bytes) >= 0) {
            throw new WrongAnswer("the value of key " + key + " is not what was stored");
        }
    }
}
