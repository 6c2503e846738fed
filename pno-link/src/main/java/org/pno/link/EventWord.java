package org.pno.link;

/**
 * An event, DPU to host: "look at this record", one 8-byte word that is valid by its lap.
 *
 * <pre>
 *   63        48 47        32 31                 0
 *   +-----------+------------+--------------------+
 *   | lap       | generation | record             |
 *   +-----------+------------+--------------------+
 * </pre>
 *
 * Event number n (counted from 0) stands in slot n mod EVT_CAPACITY and carries lap (n / EVT_CAPACITY + 1) mod 2^16; a
 * slot whose lap is not the one expected is empty. The generation is the low 16 bits of the record's.
 */
public final class EventWord {
    public static final int BYTES = 8;
    public static final int RECORD_SHIFT = 0; // u32
    public static final int GENERATION_SHIFT = 32; // u16
    public static final int LAP_SHIFT = 48; // u16

    private EventWord() {}

    public static long encode(final long eventNumber, final int record, final int generation) {
        return (lapOf(eventNumber) << LAP_SHIFT)
                | ((generation & 0xFFFFL) << GENERATION_SHIFT)
                | Integer.toUnsignedLong(record);
    }

    /** The lap that event number {@code eventNumber} carries, 0..65535. */
    public static long lapOf(final long eventNumber) {
        return (eventNumber / ChannelDescriptor.EVT_CAPACITY + 1) & 0xFFFFL;
    }

    public static long lap(final long word) {
        return word >>> LAP_SHIFT;
    }

    public static int generation(final long word) {
        return (int) (word >>> GENERATION_SHIFT) & 0xFFFF;
    }

    public static int record(final long word) {
        return (int) word;
    }
}
