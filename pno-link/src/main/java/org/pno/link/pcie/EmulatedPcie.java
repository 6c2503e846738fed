package org.pno.link.pcie;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.pno.link.HostMemory;
import org.pno.link.HostMemoryCounters;
import org.pno.link.MappedHostMemory;
import org.pno.link.RegionSource;
import org.pno.time.NanoClock;

/**
 * {@link HostMemory} of this machine behind an emulated PCIe bus: every operation takes its latency, the link's
 * bandwidth and a place among those under way, and moves through memory of the engine's own ({@link PcieEngine}). Time
 * passes by the owner's clock; things happen in {@link #completed()}.
 */
public final class EmulatedPcie implements HostMemory {
    private final NanoClock clock;
    private final PcieTiming timing;
    private final MappedHostMemory host = new MappedHostMemory();
    private final PcieBatches batches = new PcieBatches();
    private final PcieEngine engine;
    private final HostMemoryCounters counters = new HostMemoryCounters();
    private final long startNs;
    private long[] regionBytes = {};
    /** When the last doorbell has arrived. */
    private long doorbellNs;

    private boolean isCut;

    EmulatedPcie(final NanoClock clock, final PcieTiming timing, final long seed) {
        this.clock = clock;
        this.timing = timing;
        startNs = clock.nowNs();
        doorbellNs = startNs;
        engine = new PcieEngine(host, timing, batches, startNs, seed);
    }

    @Override
    public int addRegion(final RegionSource source) {
        final int region = host.addRegion(source);
        if (region >= regionBytes.length) {
            regionBytes = Arrays.copyOf(regionBytes, region + 1);
        }
        regionBytes[region] = source.bytes();
        return region;
    }

    @Override
    public void removeRegion(final int region) {
        host.removeRegion(region);
        engine.abandon(region);
        regionBytes[region] = 0;
    }

    @Override
    public void read(
            final int region,
            final long offset,
            final MemorySegment target,
            final long targetOffset,
            final int length) {
        move(PcieOperation.Kind.READ, region, offset, target, targetOffset, length);
        counters.onRead(length);
    }

    @Override
    public void write(
            final int region,
            final long offset,
            final MemorySegment source,
            final long sourceOffset,
            final int length) {
        move(PcieOperation.Kind.WRITE, region, offset, source, sourceOffset, length);
        counters.onWrite(length);
    }

    @Override
    public void readWords(
            final int region, final long offset, final MemorySegment target, final long targetOffset, final int words) {
        move(PcieOperation.Kind.READ_WORDS, region, offset, target, targetOffset, words * Long.BYTES);
        counters.onRead((long) words * Long.BYTES);
    }

    @Override
    public void writeWord(final int region, final long offset, final long value) {
        checkBounds(region, offset, Long.BYTES);
        engine.add(PcieOperation.Kind.WRITE_WORD, region, offset, Long.BYTES).word = value;
        counters.onWrite(Long.BYTES);
    }

    /** In pieces, of which each has its own time. */
    private void move(
            final PcieOperation.Kind kind,
            final int region,
            final long offset,
            final MemorySegment local,
            final long localOffset,
            final int length) {
        checkBounds(region, offset, length);
        for (int at = 0; at < length; at += PcieTiming.PIECE_BYTES) {
            final int bytes = Math.min(PcieTiming.PIECE_BYTES, length - at);
            final PcieOperation piece = engine.add(kind, region, offset + at, bytes);
            piece.local = local;
            piece.localOffset = localOffset + at;
        }
    }

    private void checkBounds(final int region, final long offset, final int length) {
        Objects.checkFromIndexSize(offset, length, regionBytes[region]);
    }

    @Override
    public long post() {
        if (!batches.isOpen()) {
            return batches.posted();
        }
        final long nowNs = clock.nowNs();
        doorbellNs = (nowNs - doorbellNs > 0 ? nowNs : doorbellNs) + timing.doorbellNs();
        counters.onBatch();
        return batches.post(doorbellNs);
    }

    @Override
    public long completed() {
        final long nowNs = clock.nowNs();
        if (!isCut && nowNs - startNs >= timing.cutNs()) {
            isCut = true;
            engine.cut();
        }
        engine.advance(nowNs);
        return batches.completed();
    }

    @Override
    public boolean pending() {
        return batches.completed() < batches.posted();
    }

    @Override
    public long progressInNs() {
        return engine.nextIn(clock.nowNs());
    }

    @Override
    public boolean writesInOrder() {
        return timing.order() == PcieOrder.QUEUE;
    }

    @Override
    public boolean readsBehindWrites() {
        return timing.order() == PcieOrder.QUEUE;
    }

    /** True once the link is down, or the kernel could not provide a page of the region. */
    @Override
    public boolean hasFailed(final int region) {
        return isCut || host.hasFailed(region);
    }

    @Override
    public void failRegion(final int region) {
        host.failRegion(region);
    }

    @Override
    public HostMemoryCounters counters() {
        return counters;
    }

    @Override
    public void close() {
        host.close();
    }
}
