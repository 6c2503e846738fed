package org.pno.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProtocolTest {
    private static final int BYTES = 5;

    private static String request(final Protocol protocol, final long number) {
        final MemorySegment to = MemorySegment.ofArray(new byte[protocol.longestRequest()]);
        final int length = protocol.request(number, to);
        return new String(to.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
    }

    private static int answer(final Protocol protocol, final long number, final String text) {
        final byte[] bytes = ("??" + text).getBytes(StandardCharsets.US_ASCII);
        return protocol.answer(number, MemorySegment.ofArray(bytes), 2, text.length());
    }

    /** Request 1 is about key 7919, whose value begins at place 7919 % 23 = 7 of the pattern. */
    @Test
    void shouldSpeakRedis() {
        final Protocol get = KeyValueProtocol.redisGet(BYTES);
        assertEquals("*2\r\n$3\r\nGET\r\n$16\r\nkey:000000007919\r\n", request(get, 1));
        assertEquals(11, answer(get, 1, "$5\r\nhijkl\r\n"));
        final Protocol set = KeyValueProtocol.redisSet(BYTES);
        assertEquals("*3\r\n$3\r\nSET\r\n$16\r\nkey:000000007919\r\n$5\r\nhijkl\r\n", request(set, 1));
        assertEquals(5, answer(set, 1, "+OK\r\n"));
    }

    @Test
    void shouldSpeakMemcached() {
        final Protocol get = KeyValueProtocol.memcachedGet(BYTES);
        assertEquals("get key:000000007919\r\n", request(get, 1));
        final String found = "VALUE key:000000007919 0 5\r\nhijkl\r\nEND\r\n";
        assertEquals(found.length(), answer(get, 1, found));
        final Protocol set = KeyValueProtocol.memcachedSet(BYTES);
        assertEquals("set key:000000007919 0 0 5\r\nhijkl\r\n", request(set, 1));
        assertEquals(8, answer(set, 1, "STORED\r\n"));
    }

    @Test
    void shouldWaitForTheRestOfAnAnswer() {
        assertEquals(0, answer(KeyValueProtocol.redisGet(BYTES), 1, "$5\r\nhij"));
        assertEquals(0, answer(new EchoProtocol(BYTES), 0, "abc"));
        assertEquals(0, answer(new HttpProtocol("h", "/f", BYTES), 0, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"));
        assertEquals(
                0, answer(new HttpProtocol("h", "/f", BYTES), 0, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"));
    }

    @Test
    void shouldRefuseAnErrorThoughItIsShorterThanAnAnswer() {
        assertThrows(WrongAnswer.class, () -> answer(KeyValueProtocol.redisGet(BYTES), 1, "-ERR\r\n"));
        assertThrows(WrongAnswer.class, () -> answer(KeyValueProtocol.redisGet(BYTES), 1, "$-1\r\n"));
        assertThrows(WrongAnswer.class, () -> answer(KeyValueProtocol.memcachedGet(BYTES), 1, "END\r\n"));
    }

    @Test
    void shouldRefuseTheValueOfAnotherKey() {
        assertThrows(WrongAnswer.class, () -> answer(KeyValueProtocol.redisGet(BYTES), 2, "$5\r\nhijkl\r\n"));
        assertThrows(WrongAnswer.class, () -> answer(new EchoProtocol(BYTES), 1, "abcde"));
    }

    @Test
    void shouldTakeHttpAnswersWhoseHeadsDiffer() {
        final Protocol http = new HttpProtocol("h", "/f", BYTES);
        assertEquals("GET /f HTTP/1.1\r\nHost: h\r\n\r\n", request(http, 7));
        final String first = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde";
        final String other = "HTTP/1.1 200 OK\r\nServer: x\r\ncontent-length:5\r\n\r\nabcde";
        assertEquals(first.length(), answer(http, 0, first + first));
        assertEquals(other.length(), answer(http, 1, other));
        assertEquals(first.length(), answer(http, 2, first));
    }

    @Test
    void shouldRefuseHttpOfAnotherStatusLengthOrContent() {
        final Protocol http = new HttpProtocol("h", "/f", BYTES);
        assertThrows(WrongAnswer.class, () -> answer(http, 0, "HTTP/1.1 404 Not\r\nContent-Length: 5\r\n\r\nabcde"));
        assertThrows(WrongAnswer.class, () -> answer(http, 0, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef"));
        assertThrows(WrongAnswer.class, () -> answer(http, 0, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcdf"));
    }
}
