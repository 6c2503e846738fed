package org.pno.bench.jcstress;

import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.pno.link.Submission;
import org.pno.memory.Words;

/** SUB: the host fills a slot and moves the tail; a DPU that finds the tail moved finds the whole slot. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "The tail has not moved yet.")
@Outcome(id = "100, 33", expect = Expect.ACCEPTABLE, desc = "The whole submission.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A slot that was announced and is not filled.")
@State
public class SubmissionPublication {
    private static final int TAIL = 0;
    private static final int SLOT = 64;

    private final MemorySegment memory = MemorySegment.ofArray(new long[128 / Long.BYTES]);

    @Actor
    public void host() {
        new Submission().wrap(memory, SLOT).positions(100, 30).flags(3);
        Words.setRelease(memory, TAIL, 1);
    }

    @Actor
    public void dpu(final JJ_Result result) {
        if (Words.getAcquire(memory, TAIL) == 1) {
            final Submission submission = new Submission().wrap(memory, SLOT);
            result.r1 = submission.txWritten();
            result.r2 = submission.rxRead() + submission.flags();
        }
    }
}
