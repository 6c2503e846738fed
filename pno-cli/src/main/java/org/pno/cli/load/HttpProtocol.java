package org.pno.cli.load;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** GET of one file on a connection that is kept (RFC 9112). Heads of answers are the server's choice, up to a bound. */
final class HttpProtocol implements Protocol {
    private static final int LONGEST_HEAD = 1_024;
    private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern CONTENT_LENGTH = Pattern.compile("\r\ncontent-length: *(\\d+)\r\n");

    private final int bytes;
    private final MemorySegment content;
    private final MemorySegment request;
    /** Most heads are as long as the one before, whose length was read. */
    private int lastHeadBytes;

    /** @param bytes of the file, which is the pattern's beginning */
    HttpProtocol(final String host, final String path, final int bytes) {
        this.bytes = bytes;
        content = MemorySegment.ofArray(PayloadPattern.bytes(bytes));
        final String text = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
        request = MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public int longestRequest() {
        return (int) request.byteSize();
    }

    @Override
    public int longestAnswer() {
        return LONGEST_HEAD + bytes;
    }

    @Override
    public int request(final long number, final MemorySegment to) {
        MemorySegment.copy(request, 0, to, 0, request.byteSize());
        return longestRequest();
    }

    @Override
    public int answer(final long number, final MemorySegment from, final long offset, final int available) {
        final int head = headBytes(from, offset, available);
        if (head != lastHeadBytes && head != 0) {
            readHead(from, offset, head); // before its content: an error's is shorter
            lastHeadBytes = head;
        }
        if (head == 0 || available < head + bytes) {
            return 0;
        }
        final long at = offset + head;
        if (from.get(ValueLayout.JAVA_BYTE, offset + 9) != '2'
                || MemorySegment.mismatch(from, at, at + bytes, content, 0, bytes) >= 0) {
            throw new WrongAnswer("the file that came is not the one that was asked for");
        }
        return head + bytes;
    }

    /** With the blank line at its end; 0 if that has not come. */
    private int headBytes(final MemorySegment from, final long offset, final int available) {
        if (lastHeadBytes > 0 && lastHeadBytes <= available && endsAt(from, offset + lastHeadBytes)) {
            return lastHeadBytes;
        }
        final int most = Math.min(available, LONGEST_HEAD);
        for (int end = END_OF_HEAD.length; end <= most; end++) {
            if (endsAt(from, offset + end)) {
                return end;
            }
        }
        if (available >= LONGEST_HEAD) {
            throw new WrongAnswer("no end of the answer's head in " + LONGEST_HEAD + " bytes");
        }
        return 0;
    }

    private static boolean endsAt(final MemorySegment from, final long end) {
        for (int i = 0; i < END_OF_HEAD.length; i++) {
            if (from.get(ValueLayout.JAVA_BYTE, end - END_OF_HEAD.length + i) != END_OF_HEAD[i]) {
                return false;
            }
        }
        return true;
    }

    private void readHead(final MemorySegment from, final long offset, final int length) {
        final String head = new String(
                        from.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1)
                .toLowerCase(Locale.ROOT);
        final Matcher contentLength = CONTENT_LENGTH.matcher(head);
        if (!head.startsWith("http/1.1 200 ")
                || !contentLength.find()
                || Integer.parseInt(contentLength.group(1)) != bytes) {
            throw new WrongAnswer("an answer that is not 200 with " + bytes + " bytes: " + head.strip());
        }
    }
}
