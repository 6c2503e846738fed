package org.pno.cli.load;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Text that must stand at a place of an answer. */
final class Expected {
    private final MemorySegment text;

    Expected(final String text) {
        this.text = MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII));
    }

    int length() {
        return (int) text.byteSize();
    }

    /** Fails unless it stands there, as far as {@code available} reaches. */
    void check(final MemorySegment from, final long offset, final int available) {
        final int length = Math.min(available, length());
        if (MemorySegment.mismatch(from, offset, offset + length, text, 0, length) >= 0) {
            final byte[] seen = from.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
            throw new WrongAnswer("'" + new String(seen, StandardCharsets.US_ASCII).strip() + "' stands where '"
                    + new String(text.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII).strip()
                    + "' must");
        }
    }
}
