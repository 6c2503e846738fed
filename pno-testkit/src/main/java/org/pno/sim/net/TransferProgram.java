package org.pno.sim.net;

import java.util.SplittableRandom;

/**
 * Writes so many bytes in pieces of any size, reads what the peer writes, and closes when both are done; or loses
 * patience and leaves early.
 */
public final class TransferProgram extends StreamProgram {
    private final Plan plan;
    private final SplittableRandom random;

    /**
     * What a program does.
     *
     * @param totalBytes to write
     * @param mostPerTurn bytes that it writes, or reads, in one turn at most
     * @param sendBufferBytes written and not acknowledged, at most
     * @param paceNs time between two turns while there is more to do
     * @param longestPauseNs now and then it sleeps, for so long at most; 0 for never
     * @param leaves after how many bytes written and read it leaves without waiting for the rest
     * @param aborts it leaves by RST
     */
    public record Plan(
            long totalBytes,
            int mostPerTurn,
            long sendBufferBytes,
            long paceNs,
            long longestPauseNs,
            long leaves,
            boolean aborts) {
        /** One that does not leave early. */
        public boolean isPatient() {
            return leaves == Long.MAX_VALUE;
        }
    }

    public TransferProgram(final Plan plan, final long seed) {
        this.plan = plan;
        random = new SplittableRandom(seed);
    }

    public Plan plan() {
        return plan;
    }

    @Override
    protected long run() {
        if (isClosed()) {
            return WHEN_CHANGED;
        }
        read(1 + random.nextInt(plan.mostPerTurn));
        write(Math.min(plan.totalBytes - written(), 1 + random.nextInt(plan.mostPerTurn)), plan.sendBufferBytes);
        if (written() == plan.totalBytes) {
            shutdown();
        }
        if (isAtEnd() && isShutdown() || isReleased() && available() == 0) {
            close();
            return WHEN_CHANGED;
        }
        if (written() + bytesRead() > plan.leaves) {
            leave();
            return WHEN_CHANGED;
        }
        if (plan.longestPauseNs > 0 && random.nextInt(50) == 0) {
            return random.nextLong(plan.longestPauseNs);
        }
        return available() > 0 || isEstablished() && written() < plan.totalBytes ? plan.paceNs : WHEN_CHANGED;
    }

    private void leave() {
        if (plan.aborts) {
            abort();
        } else {
            close();
        }
    }
}
