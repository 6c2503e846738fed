package org.pno.bench.jcstress;

import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.pno.link.EventWord;
import org.pno.memory.Words;

/**
 * EVT: the DPU writes bytes, publishes their position, then the event; a host that finds the event finds both. The
 * event's word is valid by its lap, with no tail beside it.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "The event has not come yet.")
@Outcome(id = "64, 7", expect = Expect.ACCEPTABLE, desc = "The event, the position and the bytes.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An event without what it tells of.")
@State
public class EventPublication {
    private static final int EVENT = 0;
    private static final int COMMITTED = 64;
    private static final int BYTES = 128;

    private final MemorySegment memory = MemorySegment.ofArray(new long[192 / Long.BYTES]);

    @Actor
    public void dpu() {
        Words.setPlain(memory, BYTES, 7);
        Words.setRelease(memory, COMMITTED, 64);
        Words.setRelease(memory, EVENT, EventWord.encode(0, 1, 1));
    }

    @Actor
    public void host(final JJ_Result result) {
        if (EventWord.lap(Words.getAcquire(memory, EVENT)) == EventWord.lapOf(0)) {
            result.r1 = Words.getAcquire(memory, COMMITTED);
            result.r2 = Words.getPlain(memory, BYTES);
        }
    }
}
