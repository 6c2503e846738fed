package org.pno.dpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.pno.host.ArenaSharing;
import org.pno.link.HostMemory;
import org.pno.link.HostMemoryCounters;
import org.pno.link.MappedHostMemory;
import org.pno.link.RegionSource;
import org.pno.sys.Descriptors;

/**
 * Stands in for a fabric on one machine: an endpoint is a process's number, a key one of its descriptors, and the DPU
 * takes the memory from /proc.
 */
final class BorrowedMemory implements HostMemory {
    private final MappedHostMemory mapped = new MappedHostMemory();

    /** The host's side. */
    static final class Sharing implements ArenaSharing {
        @Override
        public Shared share(final int descriptor, final long bytes) {
            final int copy = Descriptors.duplicate(descriptor);
            final byte[] name = ByteBuffer.allocate(Long.BYTES)
                    .putLong(ProcessHandle.current().pid())
                    .array();
            final RegionSource.Remote source =
                    new RegionSource.Remote(HexFormat.of().formatHex(name), copy, 0, bytes);
            return new Shared() {
                @Override
                public RegionSource.Remote source() {
                    return source;
                }

                @Override
                public void close() {
                    Descriptors.close(copy);
                }
            };
        }

        @Override
        public void close() {
            // All regions have been closed before.
        }
    }

    @Override
    public int addRegion(final RegionSource source) {
        if (!(source instanceof RegionSource.Remote remote)) {
            throw new IllegalArgumentException(source + " is not on this bus");
        }
        final long pid =
                ByteBuffer.wrap(HexFormat.of().parseHex(remote.address())).getLong();
        final int descriptor = Descriptors.open("/proc/" + pid + "/fd/" + remote.key(), Descriptors.O_RDWR);
        try {
            return mapped.addRegion(descriptor, remote.bytes());
        } finally {
            Descriptors.close(descriptor);
        }
    }

    @Override
    public void removeRegion(final int region) {
        mapped.removeRegion(region);
    }

    @Override
    public void read(
            final int region,
            final long offset,
            final MemorySegment target,
            final long targetOffset,
            final int length) {
        mapped.read(region, offset, target, targetOffset, length);
    }

    @Override
    public void write(
            final int region,
            final long offset,
            final MemorySegment source,
            final long sourceOffset,
            final int length) {
        mapped.write(region, offset, source, sourceOffset, length);
    }

    @Override
    public void readWords(
            final int region, final long offset, final MemorySegment target, final long targetOffset, final int words) {
        mapped.readWords(region, offset, target, targetOffset, words);
    }

    @Override
    public void writeWord(final int region, final long offset, final long value) {
        mapped.writeWord(region, offset, value);
    }

    @Override
    public long post() {
        return mapped.post();
    }

    @Override
    public long completed() {
        return mapped.completed();
    }

    @Override
    public boolean pending() {
        return mapped.pending();
    }

    @Override
    public long progressInNs() {
        return mapped.progressInNs();
    }

    @Override
    public boolean hasFailed(final int region) {
        return mapped.hasFailed(region);
    }

    @Override
    public void failRegion(final int region) {
        mapped.failRegion(region);
    }

    @Override
    public HostMemoryCounters counters() {
        return mapped.counters();
    }

    @Override
    public void close() {
        mapped.close();
    }
}
