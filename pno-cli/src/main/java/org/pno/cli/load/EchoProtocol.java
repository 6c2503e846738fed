package org.pno.cli.load;

import java.lang.foreign.MemorySegment;

/** Messages that come back: each begins at another place of the pattern. */
final class EchoProtocol implements Protocol {
    private final int bytes;
    private final MemorySegment pattern;

    EchoProtocol(final int bytes) {
        this.bytes = bytes;
        pattern = MemorySegment.ofArray(PayloadPattern.bytes(bytes + PayloadPattern.PERIOD));
    }

    @Override
    public int longestRequest() {
        return bytes;
    }

    @Override
    public int longestAnswer() {
        return bytes;
    }

    @Override
    public int request(final long number, final MemorySegment to) {
        MemorySegment.copy(pattern, number % PayloadPattern.PERIOD, to, 0, bytes);
        return bytes;
    }

    @Override
    public int answer(final long number, final MemorySegment from, final long offset, final int available) {
        if (available < bytes) {
            return 0;
        }
        final long shift = number % PayloadPattern.PERIOD;
        if (MemorySegment.mismatch(from, offset, offset + bytes, pattern, shift, shift + bytes) >= 0) {
            throw new WrongAnswer("what comes back is not what was sent");
        }
        return bytes;
    }
}
