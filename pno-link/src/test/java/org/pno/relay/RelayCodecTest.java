package org.pno.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pno.link.ArenaDescriptor;
import org.pno.link.HandshakeDescriptor;
import org.pno.link.ProtocolException;
import org.pno.sys.PeerCredentials;

class RelayCodecTest {
    private final MemorySegment memory = Arena.ofAuto().allocate(RelayDescriptor.MAX_BYTES, Long.BYTES);
    private final RelayEncoder encoder = new RelayEncoder().wrap(memory);
    private final RelayDecoder decoder = new RelayDecoder();

    private void decode(final int length) throws ProtocolException {
        assertEquals(length, decoder.wrap(memory, 0, length));
    }

    private byte[] message() {
        return memory.asSlice(decoder.messageOffset(), decoder.messageLength()).toArray(ValueLayout.JAVA_BYTE);
    }

    private void u32(final int offset, final int value) {
        memory.set(ValueLayout.JAVA_INT_UNALIGNED, offset, value);
    }

    private String refusal(final int length) {
        return assertThrows(ProtocolException.class, () -> decoder.wrap(memory, 0, length))
                .getMessage();
    }

    @Test
    void shouldCarryVersionsAndFabricInHello() throws ProtocolException {
        decode(encoder.hello("tcp"));
        assertEquals(RelayDescriptor.VERSION, decoder.helloVersion());
        assertEquals(ArenaDescriptor.VERSION, decoder.helloLinkVersion());
        assertEquals("tcp", decoder.helloFabric());
    }

    @Test
    void shouldCarryTheNameOfAnEndpoint() throws ProtocolException {
        decode(encoder.endpoint(5, new byte[] {1, 2, 3}));
        assertEquals(5, decoder.endpointNumber());
        assertArrayEquals(new byte[] {1, 2, 3}, decoder.endpointName());
    }

    @Test
    void shouldCarryWhoOpensAConnection() throws ProtocolException {
        decode(encoder.open(7, new PeerCredentials(4711, 1000, 1001)));
        assertEquals(7, decoder.connection());
        assertEquals(new PeerCredentials(4711, 1000, 1001), decoder.peer());
    }

    @Test
    void shouldCarryARequestWithItsThings() throws ProtocolException {
        final MemorySegment request = MemorySegment.ofArray(new byte[] {9, 8, 7, 6, 5});
        final List<Thing> things = List.of(Thing.arena(3, 1 << 20, -2, 0x7000_0000_0000L, 5), Thing.family(4, 4096));
        decode(encoder.request(12, things, request, 5));
        assertEquals(RelayDescriptor.REQUEST, decoder.type());
        assertEquals(12, decoder.connection());
        assertEquals(things, decoder.things());
        assertArrayEquals(new byte[] {9, 8, 7, 6, 5}, message());
    }

    @Test
    void shouldCarryThePlaceholdersAddressAndInode() throws ProtocolException {
        final Thing placeholder = Thing.placeholder(1, 2, 8080, 99);
        decode(encoder.request(1, List.of(placeholder), memoryOf(8), 8));
        assertEquals(placeholder, decoder.things().getFirst());
        assertEquals(99, decoder.things().getFirst().inode());
    }

    private static MemorySegment memoryOf(final int bytes) {
        return MemorySegment.ofArray(new byte[bytes]);
    }

    @Test
    void shouldCarryTheLongestMessageThereIs() throws ProtocolException {
        final byte[] longest = new byte[HandshakeDescriptor.MAX_BYTES];
        longest[longest.length - 1] = 42;
        decode(encoder.reply(1, new int[] {5, 6}, MemorySegment.ofArray(longest), longest.length));
        assertArrayEquals(new int[] {5, 6}, decoder.replyThings());
        assertArrayEquals(longest, message());
    }

    @Test
    void shouldCarryBellsAndInodes() throws ProtocolException {
        decode(encoder.ring(new int[] {1, 2, 3}, 2));
        assertEquals(2, decoder.numberCount());
        assertEquals(2, decoder.number(1));
        decode(encoder.look(List.of(10L, -1L)));
        assertEquals(List.of(10L, -1L), decoder.inodes());
    }

    @Test
    void shouldCutARefusalThatIsTooLong() throws ProtocolException {
        decode(encoder.refused("x".repeat(5000)));
        assertEquals("x".repeat(RelayDescriptor.MAX_TEXT_BYTES), decoder.refusedText());
    }

    @Test
    void shouldWaitForTheRestOfARecord() throws ProtocolException {
        final int length = encoder.refused("wait for it");
        for (int available = 0; available < length; available++) {
            assertEquals(0, decoder.wrap(memory, 0, available));
        }
        decode(length);
        assertEquals("wait for it", new String(decoder.refusedText().getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void shouldRefuseLengthsThatNoRecordHas() {
        for (final int length : new int[] {-1, 0, 11, RelayDescriptor.MAX_BYTES + 1, Integer.MIN_VALUE}) {
            u32(RelayDescriptor.LENGTH_OFFSET, length);
            assertTrue(refusal(16).contains(Integer.toUnsignedString(length)));
        }
    }

    @Test
    void shouldRefuseMoreThingsThanThereAre() {
        final int length = encoder.request(1, List.of(), memoryOf(8), 8);
        for (final int count : new int[] {1, 3, -1, 1 << 28}) {
            u32(RelayDescriptor.COUNT_OFFSET, count);
            refusal(length);
        }
    }

    @Test
    void shouldRefuseAThingOfUnknownKind() {
        final int length = encoder.request(1, List.of(Thing.bell(1)), memoryOf(8), 8);
        u32(RelayDescriptor.ELEMENTS_OFFSET, 77);
        assertTrue(refusal(length).contains("77"));
    }

    @Test
    void shouldRefuseListsWithARest() {
        final int length = encoder.drop(new int[] {1}, 1);
        u32(RelayDescriptor.LENGTH_OFFSET, length + 1);
        refusal(length + 1);
    }
}
