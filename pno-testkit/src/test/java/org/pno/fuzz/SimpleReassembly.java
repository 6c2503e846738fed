package org.pno.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What fragments make, found the slow and obvious way: keeps all pieces of a packet and looks at each pair. Repeats
 * are ignored, whatever else overlaps spoils the packet (RFC 5722) until its time is up. No bound on packets.
 */
final class SimpleReassembly {
    private final Map<Integer, Pile> piles = new HashMap<>();

    /** One fragment. Nobody changes its bytes. */
    @SuppressWarnings("ArrayRecordComponent")
    record Piece(int position, byte[] bytes, boolean isLast, int ecn, int headersBytes, boolean hasInnerOptions) {
        int end() {
            return position + bytes.length;
        }
    }

    /** What came of one packet so far. */
    private static final class Pile {
        private final List<Piece> pieces = new ArrayList<>();
        private final long deadlineNs;
        private boolean isSpoiled;

        Pile(final long deadlineNs) {
            this.deadlineNs = deadlineNs;
        }
    }

    /** Packets whose time is up are forgotten. */
    void poll(final long nowNs) {
        piles.values().removeIf(pile -> nowNs - pile.deadlineNs >= 0);
    }

    /** Nothing of this packet is to be put together. */
    void spoil(final int packet, final long deadlineNs) {
        piles.computeIfAbsent(packet, any -> new Pile(deadlineNs)).isSpoiled = true;
    }

    /** Adds a piece; answers the pieces in order if they are a whole packet by it, else null. */
    List<Piece> add(final int packet, final Piece piece, final long deadlineNs) {
        final Pile pile = piles.computeIfAbsent(packet, any -> new Pile(deadlineNs));
        if (pile.isSpoiled) {
            return null;
        }
        for (final Piece other : pile.pieces) {
            pile.isSpoiled |= contradicts(piece, other);
        }
        final boolean isRepeat = pile.pieces.stream().anyMatch(other -> isSame(piece, other));
        if (pile.isSpoiled || isRepeat) {
            return null;
        }
        pile.pieces.add(piece);
        pile.pieces.sort((one, other) -> Integer.compare(one.position(), other.position()));
        int end = 0;
        for (final Piece next : pile.pieces) {
            if (next.position() != end) {
                return null;
            }
            end = next.end();
        }
        if (!pile.pieces.getLast().isLast()) {
            return null;
        }
        piles.remove(packet);
        return pile.pieces;
    }

    private static boolean isSame(final Piece one, final Piece other) {
        return one.position() == other.position() && Arrays.equals(one.bytes(), other.bytes());
    }

    private static boolean contradicts(final Piece piece, final Piece other) {
        if (piece.isLast() && (other.isLast() ? other.end() != piece.end() : other.end() > piece.end())
                || !piece.isLast() && other.isLast() && piece.end() >= other.end()) {
            return true;
        }
        final boolean overlap = piece.position() < other.end() && other.position() < piece.end();
        return overlap && !isSame(piece, other);
    }
}
