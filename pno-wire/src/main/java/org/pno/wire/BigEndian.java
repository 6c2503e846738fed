package org.pno.wire;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers in network byte order at any offset: a bounds check and a swapping load or store each. */
public final class BigEndian {
    private static final VarHandle U8 = JAVA_BYTE.varHandle();
    private static final VarHandle U16 =
            JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN).varHandle();
    private static final VarHandle I32 =
            JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN).varHandle();
    private static final VarHandle I64 =
            JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN).varHandle();

    private BigEndian() {}

    public static int u8(final MemorySegment segment, final long offset) {
        return (byte) U8.get(segment, offset) & 0xFF;
    }

    public static void u8(final MemorySegment segment, final long offset, final int value) {
        U8.set(segment, offset, (byte) value);
    }

    public static int u16(final MemorySegment segment, final long offset) {
        return (short) U16.get(segment, offset) & 0xFFFF;
    }

    public static void u16(final MemorySegment segment, final long offset, final int value) {
        U16.set(segment, offset, (short) value);
    }

    public static int i32(final MemorySegment segment, final long offset) {
        return (int) I32.get(segment, offset);
    }

    public static void i32(final MemorySegment segment, final long offset, final int value) {
        I32.set(segment, offset, value);
    }

    public static long i64(final MemorySegment segment, final long offset) {
        return (long) I64.get(segment, offset);
    }

    public static void i64(final MemorySegment segment, final long offset, final long value) {
        I64.set(segment, offset, value);
    }

    /** Six bytes, such as a MAC address; the first in bits 47..40. */
    public static long u48(final MemorySegment segment, final long offset) {
        return (long) u16(segment, offset) << 32 | Integer.toUnsignedLong(i32(segment, offset + 2));
    }

    public static void u48(final MemorySegment segment, final long offset, final long value) {
        u16(segment, offset, (int) (value >>> 32));
        i32(segment, offset + 2, (int) value);
    }
}
