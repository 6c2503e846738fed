package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.pno.link.OptionsLine;
import org.pno.link.RecordDescriptor;
import org.pno.stack.SocketOptions;

/** What an options line says, and what it cannot say. */
class SocketOptionsReaderTest {
    private final MemorySegment line = Arena.ofAuto().allocate(OptionsLine.BYTES, 8);
    private final SocketOptionsReader reader = new SocketOptionsReader();

    private void put(final int field, final int value) {
        line.set(ValueLayout.JAVA_INT, field - RecordDescriptor.OPTIONS_LINE_OFFSET, value);
    }

    private void putByte(final int field, final int value) {
        line.set(ValueLayout.JAVA_BYTE, field - RecordDescriptor.OPTIONS_LINE_OFFSET, (byte) value);
    }

    @Test
    void shouldReadWhatStandsInTheIpHeader() {
        put(RecordDescriptor.OPTION_FLAGS_OFFSET, RecordDescriptor.OPTION_HOP_LIMIT);
        putByte(RecordDescriptor.TOS_OFFSET, 0x88);
        putByte(RecordDescriptor.TRAFFIC_CLASS_OFFSET, 0xB8);
        putByte(RecordDescriptor.TTL_OFFSET, 255);
        final SocketOptions options = reader.read(line, 0);
        assertEquals(0x88, options.tos);
        assertEquals(0xB8, options.trafficClass);
        assertEquals(255, options.timeToLive);
        assertEquals(0, options.hopLimit, "a hop limit of 0 can be asked for");
    }

    @Test
    void shouldLeaveTheHopsToTheLayerBelowIfNoneAreSet() {
        putByte(RecordDescriptor.HOP_LIMIT_OFFSET, 9);
        final SocketOptions options = reader.read(line, 0);
        assertEquals(SocketOptions.DEFAULT_HOPS, options.timeToLive);
        assertEquals(SocketOptions.DEFAULT_HOPS, options.hopLimit);
    }

    @Test
    void shouldRefuseFlagsThatDoNotExist() {
        put(RecordDescriptor.OPTION_FLAGS_OFFSET, RecordDescriptor.OPTION_HOP_LIMIT << 1);
        assertNull(reader.read(line, 0));
    }
}
