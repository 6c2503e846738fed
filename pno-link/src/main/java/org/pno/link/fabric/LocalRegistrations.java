package org.pno.link.fabric;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The DPU's own buffers, for providers that must know them (FI_MR_LOCAL). A buffer is registered whole when it is first
 * used, and stays so: the bridge's are pools that live as long as it does. A look-up allocates nothing.
 */
final class LocalRegistrations implements AutoCloseable {
    private record Known(long start, long end, MemorySegment memory, MemoryRegistration registration) {}

    private final FabricDomain domain;
    private final boolean isNeeded;
    /** By start. */
    private final List<Known> known = new ArrayList<>();

    LocalRegistrations(final FabricDomain domain, final boolean isNeeded) {
        this.domain = domain;
        this.isNeeded = isNeeded;
    }

    /** What operations say of memory in this buffer. */
    long descriptionOf(final MemorySegment buffer) {
        if (!isNeeded) {
            return 0;
        }
        final long start = buffer.address();
        final long end = start + buffer.byteSize();
        for (int low = 0, high = known.size() - 1; low <= high; ) {
            final int middle = low + high >>> 1;
            final Known candidate = known.get(middle);
            if (start >= candidate.start && end <= candidate.end) {
                return candidate.registration.description();
            }
            if (candidate.start > start) {
                high = middle - 1;
            } else {
                low = middle + 1;
            }
        }
        return register(buffer, start, end);
    }

    private long register(final MemorySegment buffer, final long start, final long end) {
        final MemoryRegistration registration =
                domain.register(buffer, InfoDescriptor.FI_READ | InfoDescriptor.FI_WRITE, known.size());
        known.add(new Known(start, end, buffer, registration));
        known.sort(Comparator.comparingLong(Known::start));
        return registration.description();
    }

    @Override
    public void close() {
        known.forEach(entry -> entry.registration.close());
        known.clear();
    }
}
