package org.pno.sim;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import org.pno.link.HostMemory;
import org.pno.link.HostMemoryCounters;
import org.pno.link.RegionSource;
import org.pno.link.SealedMemory;
import org.pno.memory.Words;
import org.pno.sys.MemoryMapping;
import org.pno.time.NanoClock;

/**
 * {@link HostMemory} behind a simulated bus, as hostile as the contract allows: each operation takes effect late, each
 * word and each piece of a torn copy at a time of its own, in any order within and across batches that are not
 * complete; a write takes its source when it takes effect, a read's target is scribbled over when it is posted and
 * filled late; completions come later still. All of it follows from the seed and the clock; time passes when the
 * clock's owner says so, and effects happen in {@link #completed()}.
 *
 * <p>Two writes of one word that are under way at once, which could land in either order, are refused with an
 * exception: no correct user of the interface does that.
 */
public final class SimulatedDma implements HostMemory {
    private static final byte SCRIBBLE = (byte) 0xDB;

    private final NanoClock clock;
    private final Random random;
    private final DmaTiming timing;
    private final HostMemoryCounters counters = new HostMemoryCounters();

    private final List<Region> regions = new ArrayList<>();
    private final PriorityQueue<DmaPiece> pieces = new PriorityQueue<>();
    private final ArrayDeque<DmaPiece> freePieces = new ArrayDeque<>();
    private final ArrayDeque<DmaBatch> batches = new ArrayDeque<>();
    private final Set<Long> wordsUnderWay = new HashSet<>();

    private DmaBatch open;
    private boolean isOpenUsed;
    private long ticket;
    private long completedTicket;

    /** One region; {@code memory} is null once it is removed. */
    private static final class Region {
        private MemoryMapping mapping;
        private MemorySegment memory;
        private boolean hasFailed;
    }

    public SimulatedDma(final NanoClock clock, final long seed) {
        this(clock, seed, DmaTiming.DEFAULT);
    }

    public SimulatedDma(final NanoClock clock, final long seed, final DmaTiming timing) {
        this.clock = clock;
        this.random = new Random(seed);
        this.timing = timing;
        this.open = new DmaBatch(clock.nowNs());
    }

    @Override
    public int addRegion(final RegionSource source) {
        final MemoryMapping mapping = SealedMemory.map(source);
        final int number = addRegion(mapping.memory());
        regions.get(number).mapping = mapping;
        return number;
    }

    /** Takes any memory of this process for a host's. */
    public int addRegion(final MemorySegment memory) {
        int number = 0;
        while (number < regions.size() && regions.get(number).memory != null) {
            number++;
        }
        final Region region = new Region();
        region.memory = memory;
        if (number == regions.size()) {
            regions.add(region);
        } else {
            regions.set(number, region);
        }
        return number;
    }

    @Override
    public void removeRegion(final int number) {
        final Region region = region(number);
        final List<DmaPiece> abandoned =
                pieces.stream().filter(piece -> piece.region == number).toList();
        pieces.removeAll(abandoned);
        abandoned.forEach(piece -> finish(piece, clock.nowNs()));
        region.memory = null;
        if (region.mapping != null) {
            region.mapping.close();
        }
    }

    /** Nothing on this region takes effect any more, from now on. */
    @Override
    public void failRegion(final int number) {
        region(number).hasFailed = true;
    }

    @Override
    public boolean hasFailed(final int number) {
        return region(number).hasFailed;
    }

    @Override
    public void read(
            final int region,
            final long offset,
            final MemorySegment target,
            final long targetOffset,
            final int length) {
        checkBounds(region, offset, length);
        target.asSlice(targetOffset, length).fill(SCRIBBLE);
        tear(DmaPiece.Action.CAPTURE, region, offset, target, targetOffset, length);
        counters.onRead(length);
    }

    @Override
    public void write(
            final int region,
            final long offset,
            final MemorySegment source,
            final long sourceOffset,
            final int length) {
        checkBounds(region, offset, length);
        tear(DmaPiece.Action.COPY_OUT, region, offset, source, sourceOffset, length);
        counters.onWrite(length);
    }

    @Override
    public void readWords(
            final int region, final long offset, final MemorySegment target, final long targetOffset, final int words) {
        final int length = words * Long.BYTES;
        checkWords(region, offset, length);
        target.asSlice(targetOffset, length).fill(SCRIBBLE);
        for (int at = 0; at < length; at += Long.BYTES) {
            final DmaPiece piece = piece(DmaPiece.Action.CAPTURE, region, offset + at, Long.BYTES);
            piece.isWord = true;
            piece.local = target;
            piece.localOffset = targetOffset + at;
            schedule(piece);
        }
        counters.onRead(length);
    }

    @Override
    public void writeWord(final int region, final long offset, final long value) {
        checkWords(region, offset, Long.BYTES);
        if (!wordsUnderWay.add(wordKey(region, offset))) {
            throw new IllegalStateException("a write of the word at " + offset + " of region " + region
                    + " is under way already: another could land before it");
        }
        final DmaPiece piece = piece(DmaPiece.Action.STORE_WORD, region, offset, Long.BYTES);
        piece.isWord = true;
        piece.word = value;
        schedule(piece);
        counters.onWrite(Long.BYTES);
    }

    @Override
    public long post() {
        if (!isOpenUsed) {
            return ticket;
        }
        open.lagNs = random.nextLong(timing.maxCompletionLagNs() + 1);
        batches.add(open);
        open = new DmaBatch(clock.nowNs());
        isOpenUsed = false;
        counters.onBatch();
        return ++ticket;
    }

    /** Lets all that is due take effect. */
    @Override
    public long completed() {
        final long nowNs = clock.nowNs();
        while (!pieces.isEmpty() && pieces.peek().dueNs - nowNs <= 0) {
            takeEffect(pieces.poll());
        }
        // What the host's threads load after this is what has taken effect before it.
        Words.fullFence();
        while (!batches.isEmpty() && batches.peek().isComplete(nowNs)) {
            batches.remove();
            completedTicket++;
        }
        return completedTicket;
    }

    @Override
    public boolean pending() {
        return !batches.isEmpty();
    }

    @Override
    public long progressInNs() {
        final long nowNs = clock.nowNs();
        long next = Long.MAX_VALUE;
        if (!pieces.isEmpty()) {
            next = Math.max(0, pieces.peek().dueNs - nowNs);
        }
        if (!batches.isEmpty() && batches.peek().piecesLeft == 0) {
            next = Math.min(next, Math.max(0, batches.peek().completeAtNs() - nowNs));
        }
        return next;
    }

    @Override
    public HostMemoryCounters counters() {
        return counters;
    }

    @Override
    public void close() {
        for (int number = 0; number < regions.size(); number++) {
            if (regions.get(number).memory != null) {
                removeRegion(number);
            }
        }
    }

    /** Cuts a copy at random places, inside words too. */
    private void tear(
            final DmaPiece.Action action,
            final int region,
            final long offset,
            final MemorySegment local,
            final long localOffset,
            final int length) {
        int at = 0;
        int left = 1 + random.nextInt(timing.maxPieces());
        while (at < length) {
            final int most = length - at;
            final int size = left == 1 ? most : 1 + random.nextInt(most);
            final DmaPiece piece = piece(action, region, offset + at, size);
            piece.local = local;
            piece.localOffset = localOffset + at;
            schedule(piece);
            at += size;
            left--;
        }
        isOpenUsed = true;
    }

    private DmaPiece piece(final DmaPiece.Action action, final int region, final long offset, final int length) {
        final DmaPiece piece = freePieces.isEmpty() ? new DmaPiece() : freePieces.pop();
        piece.action = action;
        piece.batch = open;
        piece.region = region;
        piece.hostOffset = offset;
        piece.length = length;
        piece.isWord = false;
        open.piecesLeft++;
        isOpenUsed = true;
        return piece;
    }

    private void schedule(final DmaPiece piece) {
        final long delayNs = random.nextLong(timing.minDelayNs(), timing.maxDelayNs() + 1);
        // A read has two effects, at the host and at its target, within the one delay.
        piece.fillDelayNs = piece.action == DmaPiece.Action.CAPTURE ? random.nextLong(delayNs + 1) : 0;
        piece.dueNs = clock.nowNs() + delayNs - piece.fillDelayNs;
        piece.tieBreak = random.nextInt();
        pieces.add(piece);
    }

    private void takeEffect(final DmaPiece piece) {
        final Region region = regions.get(piece.region);
        if (region.hasFailed) {
            finish(piece, piece.dueNs);
            return;
        }
        switch (piece.action) {
            case CAPTURE -> {
                capture(piece, region.memory);
                return;
            }
            case FILL -> fill(piece);
            case COPY_OUT ->
                MemorySegment.copy(piece.local, piece.localOffset, region.memory, piece.hostOffset, piece.length);
            case STORE_WORD -> Words.setRelease(region.memory, piece.hostOffset, piece.word);
        }
        finish(piece, piece.dueNs);
    }

    private void capture(final DmaPiece piece, final MemorySegment memory) {
        if (piece.isWord) {
            piece.word = Words.getAcquire(memory, piece.hostOffset);
        } else {
            if (piece.captured.length < piece.length) {
                piece.captured = new byte[piece.length];
            }
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, piece.hostOffset, piece.captured, 0, piece.length);
        }
        piece.action = DmaPiece.Action.FILL;
        piece.dueNs += piece.fillDelayNs;
        pieces.add(piece);
    }

    private static void fill(final DmaPiece piece) {
        if (piece.isWord) {
            Words.setPlain(piece.local, piece.localOffset, piece.word);
        } else {
            MemorySegment.copy(piece.captured, 0, piece.local, ValueLayout.JAVA_BYTE, piece.localOffset, piece.length);
        }
    }

    private void finish(final DmaPiece piece, final long effectNs) {
        if (piece.action == DmaPiece.Action.STORE_WORD) {
            wordsUnderWay.remove(wordKey(piece.region, piece.hostOffset));
        }
        final DmaBatch batch = piece.batch;
        batch.piecesLeft--;
        batch.lastEffectNs = Math.max(batch.lastEffectNs, effectNs);
        piece.local = null;
        piece.batch = null;
        freePieces.push(piece);
    }

    private static long wordKey(final int region, final long offset) {
        return (long) region << 48 | offset;
    }

    private Region region(final int number) {
        if (number < 0 || number >= regions.size() || regions.get(number).memory == null) {
            throw new IllegalArgumentException("no region " + number);
        }
        return regions.get(number);
    }

    private void checkWords(final int number, final long offset, final int length) {
        if (offset % Long.BYTES != 0) {
            throw new IllegalArgumentException("word offset " + offset + " of region " + number + " is not aligned");
        }
        checkBounds(number, offset, length);
    }

    private void checkBounds(final int number, final long offset, final int length) {
        final long bytes = region(number).memory.byteSize();
        if (length < 0 || offset < 0 || offset > bytes - length) {
            throw new IndexOutOfBoundsException(
                    length + " bytes at " + offset + " of region " + number + ", which has " + bytes);
        }
    }
}
