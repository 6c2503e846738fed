package org.pno.link;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * An address of 16 bytes in network order, IPv4 in the first four, and the two longs that it is in Java, IPv4 as
 * IPv4-mapped (::ffff:a.b.c.d).
 */
final class AddressBytes {
    static final int FAMILY_4 = 4;
    static final int FAMILY_6 = 6;
    static final int IPV6_BYTES = 16;

    private static final long MAPPED_PREFIX = 0xFFFFL;
    private static final ValueLayout.OfInt NETWORK_INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong NETWORK_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private AddressBytes() {}

    static int family(final long hi, final long lo) {
        return hi == 0 && lo >>> 32 == MAPPED_PREFIX ? FAMILY_4 : FAMILY_6;
    }

    static long hi(final MemorySegment segment, final long offset, final int family) {
        return family == FAMILY_4 ? 0 : segment.get(NETWORK_LONG, offset);
    }

    static long lo(final MemorySegment segment, final long offset, final int family) {
        return family == FAMILY_4
                ? MAPPED_PREFIX << 32 | Integer.toUnsignedLong(segment.get(NETWORK_INT, offset))
                : segment.get(NETWORK_LONG, offset + Long.BYTES);
    }

    static void write(final MemorySegment segment, final long offset, final int family, final long hi, final long lo) {
        if (family == FAMILY_4) {
            segment.set(NETWORK_INT, offset, (int) lo);
            segment.set(NETWORK_INT, offset + Integer.BYTES, 0);
            segment.set(NETWORK_LONG, offset + Long.BYTES, 0);
        } else {
            segment.set(NETWORK_LONG, offset, hi);
            segment.set(NETWORK_LONG, offset + Long.BYTES, lo);
        }
    }
}
