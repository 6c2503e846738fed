package org.pno.sim;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.pno.port.FramePool;

/**
 * One end of a wire in memory: what is transmitted at one end is received at the other, in order, marks and
 * super-segments included, at the next {@link #receive}. Copies, because each end has its own pool.
 */
public final class MemoryPort extends PlayedPort {
    private static final int MARKS_BYTES = 10;
    private static final int MTU_BYTES = 1500;

    /** A frame on the wire, marks included. Reused. */
    private static final class Flying {
        private final MemorySegment bytes = MemorySegment.ofArray(new byte[FramePool.SLOT_BYTES]);
        private int length;
    }

    private final ArrayDeque<Flying> arriving = new ArrayDeque<>();
    private final ArrayDeque<Flying> spare = new ArrayDeque<>();
    private MemoryPort peer;
    private boolean isCut;

    private MemoryPort(final String name, final long macAddress, final int frames) {
        super(name, macAddress, new FramePool(frames), MTU_BYTES);
    }

    /** Two ends of a wire, with so many frames each. */
    public static MemoryPort[] pair(final int frames) {
        final MemoryPort left = new MemoryPort("memory:left", 0x0200_0000_0001L, frames);
        final MemoryPort right = new MemoryPort("memory:right", 0x0200_0000_0002L, frames);
        left.peer = right;
        right.peer = left;
        return new MemoryPort[] {left, right};
    }

    /** Cuts or mends the wire: what this end sends is lost. */
    public void cut(final boolean isLost) {
        isCut = isLost;
    }

    /** Frames on their way to this end. */
    public int arriving() {
        return arriving.size();
    }

    @Override
    public int capabilities() {
        return TX_CHECKSUM | TX_SEGMENTATION | RX_CHECKSUM | RX_COALESCING | IN_ORDER;
    }

    @Override
    public boolean hasArrived() {
        return !arriving.isEmpty();
    }

    @Override
    protected int take(final MemorySegment memory, final long frame) {
        final Flying flying = arriving.remove();
        MemorySegment.copy(flying.bytes, 0, memory, frame - MARKS_BYTES, flying.length);
        spare.push(flying);
        return flying.length - MARKS_BYTES;
    }

    @Override
    protected void send(final MemorySegment memory, final long frame, final int length) {
        if (!isCut) {
            final Flying flying = peer.spare.isEmpty() ? new Flying() : peer.spare.pop();
            flying.length = length + MARKS_BYTES;
            MemorySegment.copy(memory, frame - MARKS_BYTES, flying.bytes, 0, flying.length);
            peer.arriving.add(flying);
        }
    }

    @Override
    public void close() {
        // Nothing to give back.
    }
}
