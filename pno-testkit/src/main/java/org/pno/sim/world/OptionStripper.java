package org.pno.sim.world;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pno.wire.TcpHeader;

/**
 * A middle box that does not let some TCP options of SYNs pass: it overwrites them with no-operations, as there are
 * real ones. So connections without window scale, SACK or timestamps come about between stacks that have them all.
 */
final class OptionStripper {
    static final int WINDOW_SCALE = 3;
    static final int SACK_PERMITTED = 4;
    static final int TIMESTAMPS = 8;

    private static final byte NOP = 1;

    private final FrameView view = new FrameView();
    private final long kinds;

    /** @param kinds bit <em>k</em>: options of kind <em>k</em> do not pass */
    OptionStripper(final long kinds) {
        this.kinds = kinds;
    }

    void pass(final MemorySegment memory, final long frame, final int length, final boolean isPartialChecksum) {
        view.wrap(memory, frame, length);
        if (!view.isTcp() || !view.tcp.has(TcpHeader.SYN)) {
            return;
        }
        final long end = view.tcp.optionsOffset() + view.tcp.optionsLength();
        long at = view.tcp.optionsOffset();
        while (at < end) {
            final int kind = memory.get(ValueLayout.JAVA_BYTE, at);
            if (kind == 0) {
                break;
            }
            final int optionLength = kind == NOP ? 1 : memory.get(ValueLayout.JAVA_BYTE, at + 1);
            if ((kinds & 1L << kind) != 0) {
                memory.asSlice(at, optionLength).fill(NOP);
            }
            at += optionLength;
        }
        if (!isPartialChecksum) {
            view.completeChecksum();
        }
    }
}
