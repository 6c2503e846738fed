package org.pno.cli.load;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * GET or SET of keys whose values have one length, so that all but key and value is fixed text. An answer is
 *
 * <pre>
 *   head [key middle] [value tail]
 * </pre>
 */
final class KeyValueProtocol implements Protocol {
    private static final String KEY = "\1";
    private static final String VALUE = "\2";
    private static final String ZEROS = "key:000000000000";

    private final Values values;
    private final MemorySegment request;
    private final int keyOffset;
    private final int valueOffset; // in the request; negative if it has none
    private final Expected head;
    private final Expected middle; // null if the answer has no key
    private final Expected tail; // null if the answer has no value
    private final int answerBytes;

    private KeyValueProtocol(final Values values, final String request, final String answer) {
        this.values = values;
        keyOffset = request.indexOf(KEY);
        final String withKey = request.replace(KEY, ZEROS);
        valueOffset = withKey.indexOf(VALUE);
        final String whole = withKey.replace(VALUE, "v".repeat(values.bytes()));
        this.request = MemorySegment.ofArray(whole.getBytes(StandardCharsets.US_ASCII));
        final int key = answer.indexOf(KEY);
        final int value = answer.indexOf(VALUE);
        final int headEnd = key >= 0 ? key : value >= 0 ? value : answer.length();
        head = new Expected(answer.substring(0, headEnd));
        middle = key < 0 ? null : new Expected(answer.substring(key + 1, value));
        tail = value < 0 ? null : new Expected(answer.substring(value + 1));
        answerBytes = answer.replace(KEY, ZEROS).replace(VALUE, "").length() + (tail == null ? 0 : values.bytes());
    }

    /** Redis, RESP version 2. */
    static KeyValueProtocol redisGet(final int bytes) {
        return new KeyValueProtocol(
                new Values(bytes), "*2\r\n$3\r\nGET\r\n$16\r\n" + KEY + "\r\n", "$" + bytes + "\r\n" + VALUE + "\r\n");
    }

    static KeyValueProtocol redisSet(final int bytes) {
        return new KeyValueProtocol(
                new Values(bytes),
                "*3\r\n$3\r\nSET\r\n$16\r\n" + KEY + "\r\n$" + bytes + "\r\n" + VALUE + "\r\n",
                "+OK\r\n");
    }

    /** memcached, its text protocol. */
    static KeyValueProtocol memcachedGet(final int bytes) {
        return new KeyValueProtocol(
                new Values(bytes),
                "get " + KEY + "\r\n",
                "VALUE " + KEY + " 0 " + bytes + "\r\n" + VALUE + "\r\nEND\r\n");
    }

    static KeyValueProtocol memcachedSet(final int bytes) {
        return new KeyValueProtocol(
                new Values(bytes), "set " + KEY + " 0 0 " + bytes + "\r\n" + VALUE + "\r\n", "STORED\r\n");
    }

    @Override
    public int longestRequest() {
        return (int) request.byteSize();
    }

    @Override
    public int longestAnswer() {
        return answerBytes;
    }

    @Override
    public int request(final long number, final MemorySegment to) {
        final int key = values.key(number);
        MemorySegment.copy(request, 0, to, 0, request.byteSize());
        Values.writeKey(to, keyOffset, key);
        if (valueOffset >= 0) {
            values.write(to, valueOffset, key);
        }
        return longestRequest();
    }

    @Override
    public int answer(final long number, final MemorySegment from, final long offset, final int available) {
        head.check(from, offset, available); // an error is shorter than what is expected
        if (available < answerBytes) {
            return 0;
        }
        final int key = values.key(number);
        long at = offset + head.length();
        if (middle != null) {
            at += Values.KEY_BYTES;
            middle.check(from, at, middle.length());
            at += middle.length();
        }
        if (tail != null) {
            values.check(from, at, key);
            tail.check(from, at + values.bytes(), tail.length());
        }
        return answerBytes;
    }
}
