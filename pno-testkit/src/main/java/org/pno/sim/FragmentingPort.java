package org.pno.sim;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortDecorator;
import org.pno.wire.VirtioNetHeader;

/**
 * Puts a path before a port that cuts what is sent: TCP segments leave as IP fragments, out of order and some of them
 * twice. It offers no offloads to who sends, so that {@code SoftwareOffload} above it completes segments before.
 */
public final class FragmentingPort extends PortDecorator {
    private static final int DUPLICATES_OF = 8;

    private final int pieceBytes;
    private final Random random;
    private final MemorySegment memory;
    private final FragmentCutter cutter = new FragmentCutter();
    private final int[] order = new int[FragmentCutter.MAX_PIECES];
    private int nextIdentification;

    /**
     * @param port a port without decorators
     * @param pieceBytes a multiple of 8: payload bytes of a fragment
     */
    public FragmentingPort(final PacketPort port, final int pieceBytes, final long seed) {
        super(port);
        this.pieceBytes = pieceBytes;
        random = new Random(seed);
        memory = port.pool().memory();
    }

    @Override
    public int capabilities() {
        return port.capabilities() & (RX_CHECKSUM | RX_COALESCING);
    }

    @Override
    public void transmit(final long frame, final int length) {
        final int pieces = cutter.cut(memory, frame, length, pieceBytes, nextIdentification + 1);
        if (pieces == 1) {
            port.transmit(frame, length);
            return;
        }
        nextIdentification++;
        shuffle(pieces);
        for (int i = 0; i < pieces; i++) {
            send(order[i]);
            if (random.nextInt(DUPLICATES_OF) == 0) {
                send(order[random.nextInt(i + 1)]);
            }
        }
        port.pool().release(frame);
    }

    private void shuffle(final int pieces) {
        for (int i = 0; i < pieces; i++) {
            final int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
    }

    private void send(final int piece) {
        final long copy = port.pool().allocate();
        if (copy == FramePool.NONE) {
            return; // Lost.
        }
        new VirtioNetHeader().wrap(memory, copy - VirtioNetHeader.BYTES).clear();
        port.transmit(copy, cutter.piece(piece, memory, copy));
    }
}
