package org.pno.cli.load;

import java.lang.foreign.MemorySegment;

/**
 * What is asked and what must be answered, of one kind of server. Requests have numbers, which say what they ask for;
 * answers come in their order. No state but templates.
 */
interface Protocol {
    /** Bytes of the longest request. */
    int longestRequest();

    /** Bytes of the longest answer. */
    int longestAnswer();

    /** Writes the request of a number to the beginning of {@code to}. Returns its length. */
    int request(long number, MemorySegment to);

    /**
     * Reads the answer to the request of a number.
     *
     * @return its length, or 0 if more of it must come
     * @throws WrongAnswer if it is not what it must be
     */
    int answer(long number, MemorySegment from, long offset, int available);
}
