package org.pno.bench.jcstress;

import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.pno.memory.Words;

/**
 * Both sleep handshakes are this one: each side announces, fences, and looks at what the other announced. Here the host
 * announces that it will sleep and looks for events; the DPU announces an event and looks whether to ring.
 */
@JCStressTest
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "The host sees the event and does not sleep.")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "The DPU sees the sleeper and rings.")
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "Both; the bell rings for nobody.")
@Outcome(id = "false, false", expect = Expect.FORBIDDEN, desc = "The host sleeps over an event, and nobody rings.")
@State
public class SleepHandshake {
    private static final int SLEEP_SEQUENCE = 0;
    private static final int EVENT = 64;

    private final MemorySegment memory = MemorySegment.ofArray(new long[128 / Long.BYTES]);

    @Actor
    public void host(final ZZ_Result result) {
        Words.setRelease(memory, SLEEP_SEQUENCE, 1);
        Words.fullFence();
        result.r1 = Words.getAcquire(memory, EVENT) != 0;
    }

    @Actor
    public void dpu(final ZZ_Result result) {
        Words.setRelease(memory, EVENT, 1);
        Words.fullFence();
        result.r2 = (Words.getAcquire(memory, SLEEP_SEQUENCE) & 1) != 0;
    }
}
