package org.pno.control;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.pno.link.DpuAddress;

/** How a client's request is answered, exactly once each, at once or later. What goes with an answer are handles, as in
 * {@link Attachments}. */
public interface Replies {
    /** @param bell the eventfd that goes with it, or -1 */
    void welcome(long epoch, List<DpuAddress> addresses, int bell);

    void ok(int value);

    /**
     * The frames come.
     *
     * @param capacity room of the ring, bytes
     * @param ring memfd of the ring
     * @param bell eventfd for a reader that sleeps
     */
    void capture(int capacity, int ring, int bell);

    /** Answers with a descriptor. */
    void identity(int descriptor);

    /**
     * The arena of the socket that was named.
     *
     * @param memory descriptors of the arena and of its family's memory
     */
    void joined(int arena, int record, int generation, int role, int[] memory);

    /** Says no; the client may go on. */
    void refuse(int errno, String why);

    /** Says no and ends the connection. */
    void cutOff(int errno, String why);

    /** The whole answer to a QUERY, UTF-8. */
    void text(byte[] whole);

    /** Answers with a message that somebody else has made, and descriptors; not with TEXT. */
    void message(MemorySegment memory, long offset, int length, int... descriptors);
}
