package org.pno.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.pno.link.ProtocolException;
import org.pno.sys.PeerCredentials;

/** Records in streams that are cut anywhere, and streams that are none of records. */
class RelayCodecPropertyTest {
    private static final int STREAM_BYTES = 4 * RelayDescriptor.MAX_BYTES;

    private final MemorySegment record = Arena.ofAuto().allocate(RelayDescriptor.MAX_BYTES, Long.BYTES);
    private final MemorySegment stream = Arena.ofAuto().allocate(STREAM_BYTES, Long.BYTES);
    private final RelayEncoder encoder = new RelayEncoder().wrap(record);
    private final RelayDecoder decoder = new RelayDecoder();

    private int write(final Random random) {
        final int connection = random.nextInt();
        final MemorySegment message = MemorySegment.ofArray(new byte[random.nextInt(200)]);
        final int length = (int) message.byteSize();
        return switch (random.nextInt(9)) {
            case 0 -> encoder.endpoint(connection, new byte[random.nextInt(RelayDescriptor.MAX_ENDPOINT_BYTES + 1)]);
            case 1 -> encoder.open(connection, new PeerCredentials(random.nextInt(), random.nextInt(), 0));
            case 2 -> encoder.request(connection, things(random), message, length);
            case 3 -> encoder.reply(connection, new int[random.nextInt(3)], message, length);
            case 4 -> encoder.ring(new int[RelayDescriptor.MAX_LIST], random.nextInt(RelayDescriptor.MAX_LIST + 1));
            case 5 -> encoder.looked(random.longs(random.nextInt(9)).boxed().toList());
            case 7 -> encoder.hello("fabric".substring(random.nextInt(7)));
            case 6 -> encoder.exited(connection);
            default -> encoder.refused("no".repeat(random.nextInt(9)));
        };
    }

    private static List<Thing> things(final Random random) {
        final List<Thing> things = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            things.add(Thing.arena(random.nextInt(), random.nextLong(), random.nextLong(), random.nextLong(), 1));
        }
        return things;
    }

    /** What a record says, whatever its type. */
    private List<Object> content() {
        final List<Object> content = new ArrayList<>(List.of(decoder.type(), decoder.connection()));
        switch (decoder.type()) {
            case RelayDescriptor.HELLO -> content.add(decoder.helloFabric());
            case RelayDescriptor.ENDPOINT ->
                content.addAll(List.of(decoder.endpointNumber(), decoder.endpointName().length));
            case RelayDescriptor.REFUSED -> content.add(decoder.refusedText());
            case RelayDescriptor.OPEN -> content.add(decoder.peer());
            case RelayDescriptor.REQUEST -> content.addAll(List.of(decoder.things(), decoder.messageLength()));
            case RelayDescriptor.REPLY ->
                content.addAll(List.of(decoder.replyThings().length, decoder.messageLength()));
            case RelayDescriptor.RING, RelayDescriptor.DROP -> {
                for (int i = 0; i < decoder.numberCount(); i++) {
                    content.add(decoder.number(i));
                }
            }
            case RelayDescriptor.UNNAMED, RelayDescriptor.LOOK, RelayDescriptor.LOOKED -> content.add(decoder.inodes());
            default -> {}
        }
        return content;
    }

    @Property(tries = 300)
    void shouldFindTheRecordsOfAStreamHoweverItIsCut(
            @ForAll final long seed, @ForAll @IntRange(min = 1, max = 20) final int count) throws ProtocolException {
        final Random random = new Random(seed);
        final List<List<Object>> sent = new ArrayList<>();
        int end = 0;
        for (int i = 0; i < count; i++) {
            final int length = write(random);
            assertEquals(length, decoder.wrap(record, 0, length));
            sent.add(content());
            MemorySegment.copy(record, 0, stream, end, length);
            end += length;
        }
        final List<List<Object>> found = new ArrayList<>();
        int at = 0;
        for (int available = 0; available <= end; available = Math.min(end, available + 1 + random.nextInt(100))) {
            for (int length = decoder.wrap(stream, at, available - at);
                    length > 0;
                    length = decoder.wrap(stream, at, available - at)) {
                found.add(content());
                at += length;
            }
            if (available == end) {
                break;
            }
        }
        assertEquals(sent, found);
    }

    @Property(tries = 3000)
    void shouldTakeOrRefuseWhateverComes(
            @ForAll @Size(max = 300) final byte[] bytes,
            @ForAll @IntRange(min = 0, max = 24) final int type,
            @ForAll @IntRange(min = 0, max = 3) final int count) {
        MemorySegment.copy(bytes, 0, stream, ValueLayout.JAVA_BYTE, RelayDescriptor.BODY_OFFSET, bytes.length);
        final int length = RelayDescriptor.BODY_OFFSET + bytes.length;
        stream.set(ValueLayout.JAVA_INT, RelayDescriptor.LENGTH_OFFSET, length);
        stream.set(ValueLayout.JAVA_INT, RelayDescriptor.TYPE_OFFSET, type);
        if (bytes.length >= Integer.BYTES) {
            stream.set(ValueLayout.JAVA_INT, RelayDescriptor.COUNT_OFFSET, count);
        }
        try {
            assertEquals(length, decoder.wrap(stream, 0, length));
        } catch (final ProtocolException e) {
            assertTrue(e.getMessage().contains("record"), e.getMessage());
            return;
        }
        assertTrue(content().size() >= 2);
        if (type == RelayDescriptor.REQUEST || type == RelayDescriptor.REPLY) {
            assertTrue(decoder.messageOffset() + decoder.messageLength() == length);
        }
    }
}
