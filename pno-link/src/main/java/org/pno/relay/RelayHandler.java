package org.pno.relay;

import java.lang.foreign.MemorySegment;
import org.pno.link.ProtocolException;

/** What to do with a record that has come. */
@FunctionalInterface
public interface RelayHandler {
    /**
     * @param record checked; valid during the call
     * @param memory what the record's message stands in
     * @throws ProtocolException if such a record cannot come now: the link is to be ended
     */
    void onRecord(RelayDecoder record, MemorySegment memory) throws ProtocolException;
}
