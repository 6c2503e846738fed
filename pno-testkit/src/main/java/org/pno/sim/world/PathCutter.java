package org.pno.sim.world;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.pno.sim.FragmentCutter;
import org.pno.wire.VirtioNetHeader;

/** Routers on the way that cut what is too long for them: fragments out of order, late, twice or lost. */
final class PathCutter {
    private static final int ONE_IN = 16;
    private static final int APART_NS = 200;
    private static final int LATE_NS = 2_000_000;

    private final SplittableRandom random;
    private final FragmentCutter cutter = new FragmentCutter();
    private final VirtioNetHeader marks = new VirtioNetHeader();
    private final int[] order = new int[FragmentCutter.MAX_PIECES];
    private int identification;

    PathCutter(final SplittableRandom random) {
        this.random = random;
    }

    /** A packet that was cut, for whoever wants to know when all of it has arrived. */
    static final class Whole {
        final MemorySegment memory;
        final int length;
        private long missing;

        private Whole(final Flight flight, final int pieces) {
            memory = MemorySegment.ofArray(new byte[Flight.FRAME + flight.length]);
            MemorySegment.copy(flight.memory, 0, memory, 0, memory.byteSize());
            length = flight.length;
            missing = -1L >>> Long.SIZE - pieces;
        }

        /** A fragment has arrived; true if now all have. */
        boolean complete(final int piece) {
            final boolean isNews = (missing & 1L << piece) != 0;
            missing &= ~(1L << piece);
            return isNews && missing == 0;
        }
    }

    /** Where fragments go. */
    interface Launcher {
        Flight take();

        void launch(Flight fragment, long dueNs);
    }

    /** The identification of the packet that was cut last. */
    int identification() {
        return identification;
    }

    /**
     * Cuts a packet, if it is longer than the path's fragments.
     *
     * @return false if it stays whole; else the flight is done with
     */
    boolean cut(final Flight flight, final PathFaults faults, final long dueNs, final Launcher launcher) {
        final boolean isMarked =
                marks.wrap(flight.memory, Flight.FRAME - VirtioNetHeader.BYTES).flags() != 0;
        if (faults.fragmentBytes == 0 || flight.isCorrupt || isMarked) {
            return false;
        }
        final int pieces =
                cutter.cut(flight.memory, Flight.FRAME, flight.length, faults.fragmentBytes, identification + 1);
        if (pieces == 1) {
            return false;
        }
        identification++;
        shuffle(pieces);
        final Whole whole = new Whole(flight, pieces);
        long nextNs = Math.max(dueNs, faults.fragmentsUntilNs);
        for (int i = 0; i < pieces; i++) {
            nextNs += APART_NS;
            send(whole, order[i], nextNs, faults, launcher);
            if (random.nextInt(ONE_IN) == 0) {
                send(whole, order[random.nextInt(i + 1)], nextNs, faults, launcher);
            }
        }
        faults.fragmentsUntilNs = nextNs;
        return true;
    }

    private void shuffle(final int pieces) {
        for (int i = 0; i < pieces; i++) {
            final int other = random.nextInt(4) == 0 ? random.nextInt(i + 1) : i;
            order[i] = order[other];
            order[other] = i;
        }
    }

    private void send(
            final Whole whole, final int piece, final long dueNs, final PathFaults faults, final Launcher launcher) {
        if (random.nextDouble() < faults.fragmentLossChance) {
            return;
        }
        final Flight fragment = launcher.take();
        fragment.copy(whole.memory, Flight.FRAME, whole.length, false);
        fragment.length = cutter.piece(piece, fragment.memory, Flight.FRAME);
        fragment.whole = whole;
        fragment.piece = piece;
        launcher.launch(fragment, random.nextInt(ONE_IN) == 0 ? dueNs + random.nextInt(LATE_NS) : dueNs);
    }
}
