package org.pno.port.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pno.port.pcap.PcapngWriter.Direction;

class PcapngWriterTest {
    private static final int BLOCK_SECTION = 0x0A0D_0D0A;
    private static final int BLOCK_PACKET = 6;

    @TempDir
    Path folder;

    private ByteBuffer written(final int frames, final int frameBytes) throws IOException {
        final Path file = folder.resolve("capture.pcapng");
        final byte[] bytes = new byte[frameBytes];
        for (int i = 0; i < frameBytes; i++) {
            bytes[i] = (byte) (i + 1);
        }
        try (PcapngWriter writer = new PcapngWriter(file)) {
            writer.addInterface("left");
            final int right = writer.addInterface("right");
            for (int i = 0; i < frames; i++) {
                writer.write(
                        right, 0x1_0000_0002L + i, MemorySegment.ofArray(bytes), 0, frameBytes, Direction.OUTBOUND);
            }
        }
        return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Walks over the blocks and counts those of a type; both lengths of each must agree. */
    private static int count(final ByteBuffer file, final int type) {
        int found = 0;
        for (int at = 0; at < file.limit(); ) {
            final int length = file.getInt(at + 4);
            assertEquals(0, length % 4);
            assertEquals(length, file.getInt(at + length - 4));
            found += file.getInt(at) == type ? 1 : 0;
            at += length;
        }
        return found;
    }

    @Test
    void shouldBeginWithASectionAndItsInterfaces() throws IOException {
        final ByteBuffer file = written(0, 0);
        assertEquals(BLOCK_SECTION, file.getInt(0));
        assertEquals(0x1A2B_3C4D, file.getInt(8));
        assertEquals(2, count(file, 1));
    }

    @Test
    void shouldWriteAFrameWithTimeAndDirection() throws IOException {
        final ByteBuffer file = written(1, 61);
        int packet = 0;
        while (file.getInt(packet) != BLOCK_PACKET) {
            packet += file.getInt(packet + 4);
        }
        assertEquals(1, file.getInt(packet + 8));
        assertEquals(1, file.getInt(packet + 12));
        assertEquals(2, file.getInt(packet + 16));
        assertEquals(61, file.getInt(packet + 20));
        assertEquals(61, file.getInt(packet + 24));
        assertEquals(61, file.get(packet + 28 + 60));
        assertEquals(Direction.OUTBOUND.ordinal(), file.getInt(packet + 28 + 64 + 4));
    }

    @Test
    void shouldSayWhatACaptureCameTo() throws IOException {
        final Path path = folder.resolve("statistics");
        try (PcapngWriter writer = new PcapngWriter(path)) {
            final int number = writer.addInterface("one", 96);
            writer.write(number, 1, MemorySegment.ofArray(new byte[96]), 0, 96, 1514, Direction.INBOUND);
            writer.statistics(number, 5, 10, 9, 1);
        }
        final ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(1, count(file, BLOCK_PACKET));
        assertEquals(1, count(file, 5));
        final int values = file.limit() - 4 - 4 - 3 * 12;
        assertEquals(10, file.getLong(values + 4));
        assertEquals(9, file.getLong(values + 16));
        assertEquals(1, file.getLong(values + 28));
    }

    @Test
    void shouldWriteMoreThanItsBufferHolds() throws IOException {
        final ByteBuffer file = written(40, 65_000);
        assertEquals(40, count(file, BLOCK_PACKET));
    }

    @Test
    void shouldRefuseAFrameThatIsLongerThanAny() throws IOException {
        try (PcapngWriter writer = new PcapngWriter(folder.resolve("long"))) {
            writer.addInterface("one");
            final MemorySegment memory = MemorySegment.ofArray(new byte[1 << 19]);
            assertThrows(
                    IllegalArgumentException.class, () -> writer.write(0, 0, memory, 0, 1 << 19, Direction.UNKNOWN));
        }
    }
}
