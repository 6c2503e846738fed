package org.pno.dpu;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.pno.host.ArenaSharing;
import org.pno.link.MappedHostMemory;
import org.pno.link.RegionSource;
import org.pno.sim.HostMemoryDecorator;
import org.pno.sys.Descriptors;

/**
 * Stands in for a fabric on one machine: an endpoint is a process's number, a key one of its descriptors, and the DPU
 * takes the memory from /proc.
 */
final class BorrowedMemory extends HostMemoryDecorator {
    BorrowedMemory() {
        super(new MappedHostMemory());
    }

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
            return super.addRegion(new RegionSource.Local(descriptor, remote.bytes()));
        } finally {
            Descriptors.close(descriptor);
        }
    }
}
