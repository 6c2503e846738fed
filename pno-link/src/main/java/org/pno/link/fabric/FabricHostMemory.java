package org.pno.link.fabric;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.pno.link.HostMemory;
import org.pno.link.HostMemoryCounters;
import org.pno.link.RegionSource;
import org.pno.sys.Errno;
import org.pno.time.NanoClock;
import org.pno.time.SystemNanoClock;

/**
 * {@link HostMemory} through a fabric: each operation is an {@code fi_read}, an {@code fi_write} or an atomic load or
 * store of words, and nothing of the host's memory is mapped here. The only order relied on is that of a completion
 * before the next post: writes complete when their bytes are in the host's memory (FI_DELIVERY_COMPLETE), and a ticket
 * is complete when each of its batch's operations is.
 *
 * <p>What the provider cannot take yet waits in its region's queue and is offered again in {@link #completed()}. A
 * region of which nothing completes within the fabric's patience has failed, as has one of which an operation has: its
 * endpoint is closed, its tickets complete, and no other region notices.
 */
public final class FabricHostMemory implements HostMemory {
    /** When to look again. */
    private static final long POLL_NS = 20_000;

    /** Something of a region has just gone on, and the clock is read once for all. */
    private static final long NOT_YET_READ = Long.MIN_VALUE;

    /** How many operations of a region the provider is given at once; below what any of them has room for. */
    private static final int MOST_POSTED = 256;

    private static final int COMPLETIONS = 4096;
    private static final int PEERS = 64;

    private final NanoClock clock;
    private final long patienceNs;
    private final boolean wordsByAtomics;
    private final FabricDomain domain;
    private final CompletionQueue completions;
    private final AddressVector addresses;
    private final LocalRegistrations local;

    private final OperationPool operations = new OperationPool();
    private final Batches batches = new Batches();
    private final HostMemoryCounters counters = new HostMemoryCounters();
    /** By number; null where one was removed. */
    private final List<RemoteRegion> regions = new ArrayList<>();

    /** Operations that wait or are posted, over all regions. */
    private int underWay;

    /**
     * Opens our end of the fabric.
     *
     * @throws FabricException if libfabric or the provider is not there, in words for the user
     */
    public FabricHostMemory(final FabricOptions options) {
        this(options, SystemNanoClock.INSTANCE, false);
    }

    /**
     * @param clock for patience only
     * @param registersLocally whether our own buffers are registered though the provider does not ask for it
     */
    FabricHostMemory(final FabricOptions options, final NanoClock clock, final boolean registersLocally) {
        this.clock = clock;
        patienceNs = options.patienceNs();
        wordsByAtomics = !options.provider().hasWholeWords();
        domain = FabricDomain.open(options, FabricInfo.Side.DPU);
        // Without a descriptor to sleep on: libfabric 1.17 would go on asking endpoints there that were closed long
        // ago.
        completions = domain.openCompletionQueue(COMPLETIONS, false);
        addresses = domain.openAddressVector(PEERS);
        local = new LocalRegistrations(domain, registersLocally || domain.info().wants(InfoDescriptor.FI_MR_LOCAL));
    }

    @Override
    public int addRegion(final RegionSource source) {
        if (!(source instanceof RegionSource.Remote remote)) {
            throw new IllegalArgumentException("a memfd of this machine is not reached through a fabric: its host"
                    + " registers it there, and says address and key");
        }
        final RemoteRegion region;
        try {
            region = new RemoteRegion(remote, domain, completions, addresses);
        } catch (final FabricException e) {
            throw new IllegalArgumentException(source + ": " + e.getMessage(), e);
        }
        final int free = regions.indexOf(null);
        if (free >= 0) {
            regions.set(free, region);
            return free;
        }
        regions.add(region);
        return regions.size() - 1;
    }

    @Override
    public void removeRegion(final int number) {
        final RemoteRegion region = region(number);
        regions.set(number, null);
        abandon(region);
    }

    @Override
    public void read(
            final int number,
            final long offset,
            final MemorySegment target,
            final long targetOffset,
            final int length) {
        start(Operation.Kind.READ, number, offset, target, targetOffset, length);
        counters.onRead(length);
    }

    @Override
    public void write(
            final int number,
            final long offset,
            final MemorySegment source,
            final long sourceOffset,
            final int length) {
        start(Operation.Kind.WRITE, number, offset, source, sourceOffset, length);
        counters.onWrite(length);
    }

    @Override
    public void readWords(
            final int number, final long offset, final MemorySegment target, final long targetOffset, final int words) {
        checkAligned(number, offset);
        final int length = words * Long.BYTES;
        if (wordsByAtomics) {
            final int most = region(number).mostWords();
            for (int at = 0; at < words; at += most) {
                final long bytes = (long) at * Long.BYTES;
                final int count = Math.min(most, words - at);
                start(Operation.Kind.READ_WORDS, number, offset + bytes, target, targetOffset + bytes, count);
            }
        } else {
            start(Operation.Kind.READ, number, offset, target, targetOffset, length);
        }
        counters.onRead(length);
    }

    @Override
    public void writeWord(final int number, final long offset, final long value) {
        checkAligned(number, offset);
        final RemoteRegion region = checked(number, offset, Long.BYTES);
        counters.onWrite(Long.BYTES);
        if (region.hasFailed()) {
            batches.use();
            return;
        }
        final Operation operation = operations.take();
        final MemorySegment block = operations.blockOf(operation);
        operation.kind = wordsByAtomics ? Operation.Kind.WRITE_WORD : Operation.Kind.WRITE;
        operation.local = block;
        operation.localAddress = OperationPool.wordAddress(operation);
        operation.length = Long.BYTES;
        Pointers.wide(operation.localAddress, value);
        start(operation, region, offset);
    }

    private void start(
            final Operation.Kind kind,
            final int number,
            final long offset,
            final MemorySegment buffer,
            final long at,
            final int length) {
        final long bytes = kind == Operation.Kind.READ_WORDS ? (long) length * Long.BYTES : length;
        final RemoteRegion region = checked(number, offset, bytes);
        Objects.checkFromIndexSize(at, bytes, buffer.byteSize());
        if (!buffer.isNative()) {
            throw new IllegalArgumentException("a fabric moves native memory, this is on the Java heap: " + buffer);
        }
        if (region.hasFailed() || length == 0) {
            batches.use();
            return;
        }
        final Operation operation = operations.take();
        operation.kind = kind;
        operation.local = buffer;
        operation.localAddress = buffer.address() + at;
        operation.length = length;
        start(operation, region, offset);
    }

    private void start(final Operation operation, final RemoteRegion region, final long offset) {
        operation.region = region;
        operation.description = local.descriptionOf(operation.local);
        operation.remoteAddress = region.remoteAddress(offset);
        operation.ticket = batches.join();
        underWay++;
        if (!region.isBusy()) {
            region.lastProgressNs = clock.nowNs();
        }
        if (!region.waiting.isEmpty() || region.posted == MOST_POSTED || !offer(operation)) {
            region.waiting.add(operation);
        }
    }

    /** Offers an operation to the provider; false if it is to be offered again. */
    private boolean offer(final Operation operation) {
        final int result = operation.post();
        if (result == 0) {
            operation.isPosted = true;
            operation.region.posted++;
        } else if (result != -Errno.EAGAIN) {
            // Found out here, acted upon when the owner asks for progress: it is in the middle of something.
            operation.region.fail(Libfabric.describe(-result));
        }
        return result == 0;
    }

    @Override
    public long post() {
        if (batches.post()) {
            counters.onBatch();
        }
        return batches.posted();
    }

    @Override
    public long completed() {
        if (underWay > 0) {
            takeCompletions();
            final long nowNs = clock.nowNs();
            for (int number = 0; number < regions.size(); number++) {
                final RemoteRegion region = regions.get(number);
                if (region != null && region.isBusy()) {
                    goOn(region, nowNs);
                }
            }
        }
        return batches.advance();
    }

    private void takeCompletions() {
        int count;
        do {
            count = completions.read();
            for (int i = 0; i < count; i++) {
                finish(operations.at(completions.context(i)));
            }
            if (count == CompletionQueue.FAILED) {
                takeFailure();
            }
        } while (count == CompletionQueue.BATCH || count == CompletionQueue.FAILED);
        if (count < 0 && count != -Errno.EAGAIN) {
            failAll("the fabric's completion queue: " + Libfabric.describe(-count));
        }
    }

    private void takeFailure() {
        if (completions.readFailure() && completions.failedContext() != 0) {
            final Operation operation = operations.at(completions.failedContext());
            if (!operation.isAbandoned) {
                operation.region.fail(Libfabric.describe(completions.failedError()));
            }
            finish(operation);
        }
    }

    /** The provider is done with an operation. */
    private void finish(final Operation operation) {
        if (!operation.isAbandoned) {
            operation.region.posted--;
            operation.region.lastProgressNs = NOT_YET_READ;
            batches.leave(operation.ticket);
            underWay--;
        }
        operations.give(operation);
    }

    /** A busy region: what has failed is given up, what waits is offered again. */
    private void goOn(final RemoteRegion region, final long nowNs) {
        if (region.lastProgressNs == NOT_YET_READ) {
            region.lastProgressNs = nowNs;
        }
        if (nowNs - region.lastProgressNs > patienceNs) {
            region.fail("nothing of " + (region.posted + region.waiting.size()) + " operations has completed for "
                    + patienceNs / 1_000_000 + " ms");
        }
        while (!region.hasFailed()
                && !region.waiting.isEmpty()
                && region.posted < MOST_POSTED
                && offer(region.waiting.peek())) {
            region.waiting.remove();
        }
        if (region.hasFailed()) {
            abandon(region);
        }
    }

    /** Takes all of a region out of the provider's hands; its batches do not wait for it any more. */
    private void abandon(final RemoteRegion region) {
        region.close();
        while (!region.waiting.isEmpty()) {
            final Operation operation = region.waiting.remove();
            batches.leave(operation.ticket);
            underWay--;
            operations.give(operation);
        }
        if (region.posted == 0) {
            return;
        }
        for (final Operation operation : operations.all()) {
            if (operation.region == region && operation.isPosted && !operation.isAbandoned) {
                batches.leave(operation.ticket);
                underWay--;
                operation.isAbandoned = true;
            }
        }
        region.posted = 0;
    }

    private void failAll(final String why) {
        for (final RemoteRegion region : regions) {
            if (region != null) {
                region.fail(why);
                abandon(region);
            }
        }
    }

    @Override
    public boolean pending() {
        return batches.pending();
    }

    @Override
    public long progressInNs() {
        return POLL_NS;
    }

    @Override
    public boolean hasFailed(final int number) {
        return region(number).hasFailed();
    }

    @Override
    public void failRegion(final int number) {
        final RemoteRegion region = region(number);
        region.fail("its host is gone");
        abandon(region);
    }

    /** Why a region has failed; null if it has not. */
    public String failure(final int number) {
        return region(number).failure();
    }

    @Override
    public HostMemoryCounters counters() {
        return counters;
    }

    private RemoteRegion region(final int number) {
        final RemoteRegion region = number < 0 || number >= regions.size() ? null : regions.get(number);
        if (region == null) {
            throw new IllegalArgumentException("no region " + number);
        }
        return region;
    }

    private RemoteRegion checked(final int number, final long offset, final long length) {
        final RemoteRegion region = region(number);
        if (length < 0 || offset < 0 || offset > region.bytes() - length) {
            throw new IndexOutOfBoundsException(
                    length + " bytes at " + offset + " of region " + number + ", which has " + region.bytes());
        }
        return region;
    }

    private static void checkAligned(final int number, final long offset) {
        if (offset % Long.BYTES != 0) {
            throw new IllegalArgumentException("word offset " + offset + " of region " + number + " is not aligned");
        }
    }

    /** Ends everything; what is under way is abandoned. */
    @Override
    public void close() {
        for (int number = 0; number < regions.size(); number++) {
            if (regions.get(number) != null) {
                removeRegion(number);
            }
        }
        local.close();
        addresses.close();
        completions.close();
        domain.close();
    }
}
