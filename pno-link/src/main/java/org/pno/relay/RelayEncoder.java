package org.pno.relay;

import static org.pno.relay.RelayDescriptor.BODY_OFFSET;
import static org.pno.relay.RelayDescriptor.CONNECTION_OFFSET;
import static org.pno.relay.RelayDescriptor.COUNT_OFFSET;
import static org.pno.relay.RelayDescriptor.ELEMENTS_OFFSET;
import static org.pno.relay.RelayDescriptor.ENDPOINT_LENGTH_OFFSET;
import static org.pno.relay.RelayDescriptor.ENDPOINT_NAME_OFFSET;
import static org.pno.relay.RelayDescriptor.ENDPOINT_NUMBER_OFFSET;
import static org.pno.relay.RelayDescriptor.HELLO_FABRIC_OFFSET;
import static org.pno.relay.RelayDescriptor.HELLO_LENGTH_OFFSET;
import static org.pno.relay.RelayDescriptor.HELLO_LINK_VERSION_OFFSET;
import static org.pno.relay.RelayDescriptor.HELLO_VERSION_OFFSET;
import static org.pno.relay.RelayDescriptor.INODES_OFFSET;
import static org.pno.relay.RelayDescriptor.LENGTH_OFFSET;
import static org.pno.relay.RelayDescriptor.MAX_ENDPOINT_BYTES;
import static org.pno.relay.RelayDescriptor.MAX_FABRIC_BYTES;
import static org.pno.relay.RelayDescriptor.MAX_LIST;
import static org.pno.relay.RelayDescriptor.MAX_TEXT_BYTES;
import static org.pno.relay.RelayDescriptor.MAX_THINGS;
import static org.pno.relay.RelayDescriptor.NUMBERS_OFFSET;
import static org.pno.relay.RelayDescriptor.OPEN_BYTES;
import static org.pno.relay.RelayDescriptor.OPEN_GID_OFFSET;
import static org.pno.relay.RelayDescriptor.OPEN_PID_OFFSET;
import static org.pno.relay.RelayDescriptor.OPEN_UID_OFFSET;
import static org.pno.relay.RelayDescriptor.TEXT_LENGTH_OFFSET;
import static org.pno.relay.RelayDescriptor.TEXT_OFFSET;
import static org.pno.relay.RelayDescriptor.THING_BYTES;
import static org.pno.relay.RelayDescriptor.THING_KIND;
import static org.pno.relay.RelayDescriptor.THING_NUMBER;
import static org.pno.relay.RelayDescriptor.THING_WORDS;
import static org.pno.relay.RelayDescriptor.TYPE_OFFSET;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.pno.link.ArenaDescriptor;
import org.pno.link.HandshakeDescriptor;
import org.pno.sys.PeerCredentials;

/** Writes records of the relay. Each method writes one record and returns its length in bytes. */
public final class RelayEncoder {
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;

    private MemorySegment segment;

    /** Where the records go: at least MAX_BYTES, each record at its start. */
    public RelayEncoder wrap(final MemorySegment memory) {
        segment = memory;
        return this;
    }

    /** @param fabric what the host is to open, of the DPU; empty of the host */
    public int hello(final String fabric) {
        u32(HELLO_VERSION_OFFSET, RelayDescriptor.VERSION);
        u32(HELLO_LINK_VERSION_OFFSET, ArenaDescriptor.VERSION);
        final int length = counted(
                fabric.getBytes(StandardCharsets.UTF_8), HELLO_LENGTH_OFFSET, HELLO_FABRIC_OFFSET, MAX_FABRIC_BYTES);
        return record(RelayDescriptor.HELLO, 0, length);
    }

    /** What is known as that number from now on. */
    public int endpoint(final int number, final byte[] name) {
        u32(ENDPOINT_NUMBER_OFFSET, number);
        final int length = counted(name, ENDPOINT_LENGTH_OFFSET, ENDPOINT_NAME_OFFSET, MAX_ENDPOINT_BYTES);
        return record(RelayDescriptor.ENDPOINT, 0, length);
    }

    private int counted(final byte[] bytes, final int lengthOffset, final int bytesOffset, final int most) {
        if (bytes.length > most) {
            throw new IllegalArgumentException(bytes.length + " bytes where a record takes " + most);
        }
        u32(lengthOffset, bytes.length);
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, bytesOffset, bytes.length);
        return bytesOffset + bytes.length;
    }

    /** Why there will be no link. A text that is too long is cut. */
    public int refused(final String why) {
        final byte[] bytes = why.getBytes(StandardCharsets.UTF_8);
        final byte[] cut = Arrays.copyOf(bytes, Math.min(bytes.length, MAX_TEXT_BYTES));
        return record(RelayDescriptor.REFUSED, 0, counted(cut, TEXT_LENGTH_OFFSET, TEXT_OFFSET, MAX_TEXT_BYTES));
    }

    public int open(final int connection, final PeerCredentials peer) {
        u32(OPEN_PID_OFFSET, peer.pid());
        u32(OPEN_UID_OFFSET, peer.uid());
        u32(OPEN_GID_OFFSET, peer.gid());
        return record(RelayDescriptor.OPEN, connection, OPEN_BYTES);
    }

    public int closed(final int connection) {
        return record(RelayDescriptor.CLOSED, connection, BODY_OFFSET);
    }

    public int rang(final int connection) {
        return record(RelayDescriptor.RANG, connection, BODY_OFFSET);
    }

    public int exited(final int connection) {
        return record(RelayDescriptor.EXITED, connection, BODY_OFFSET);
    }

    /**
     * A request of a program.
     *
     * @param message as it came, at offset 0
     */
    public int request(final int connection, final List<Thing> things, final MemorySegment message, final int length) {
        if (things.size() > MAX_THINGS) {
            throw new IllegalArgumentException(things.size() + " things, REQUEST takes " + MAX_THINGS);
        }
        u32(COUNT_OFFSET, things.size());
        int at = ELEMENTS_OFFSET;
        for (final Thing thing : things) {
            thing(at, thing);
            at += THING_BYTES;
        }
        return withMessage(RelayDescriptor.REQUEST, connection, at, message, length);
    }

    private void thing(final int at, final Thing thing) {
        u32(at + THING_KIND, thing.kind().code());
        u32(at + THING_NUMBER, thing.number());
        final long[] words = {thing.first(), thing.second(), thing.third(), thing.fourth()};
        for (int i = 0; i < words.length; i++) {
            segment.set(U64, at + THING_WORDS + (long) i * Long.BYTES, words[i]);
        }
    }

    /**
     * An answer.
     *
     * @param things numbers of what goes with it as descriptors
     */
    public int reply(final int connection, final int[] things, final MemorySegment message, final int length) {
        if (things.length > MAX_THINGS) {
            throw new IllegalArgumentException(things.length + " things, REPLY takes " + MAX_THINGS);
        }
        u32(COUNT_OFFSET, things.length);
        for (int i = 0; i < things.length; i++) {
            u32(ELEMENTS_OFFSET + i * Integer.BYTES, things[i]);
        }
        return withMessage(
                RelayDescriptor.REPLY, connection, ELEMENTS_OFFSET + things.length * Integer.BYTES, message, length);
    }

    private int withMessage(
            final int type, final int connection, final int at, final MemorySegment message, final int length) {
        if (length > HandshakeDescriptor.MAX_BYTES) {
            throw new IllegalArgumentException("a message of " + length + " bytes");
        }
        MemorySegment.copy(message, 0, segment, at, length);
        return record(type, connection, at + length);
    }

    /** @param numbers of bells, the first {@code count}, at most MAX_LIST */
    public int ring(final int[] numbers, final int count) {
        return numbers(RelayDescriptor.RING, numbers, count);
    }

    /** @param numbers of things, the first {@code count}, at most MAX_LIST */
    public int drop(final int[] numbers, final int count) {
        return numbers(RelayDescriptor.DROP, numbers, count);
    }

    private int numbers(final int type, final int[] numbers, final int count) {
        requireList(count);
        MemorySegment.copy(numbers, 0, segment, U32, NUMBERS_OFFSET, count);
        return record(type, 0, NUMBERS_OFFSET + count * Integer.BYTES);
    }

    /** @param inodes at most MAX_LIST */
    public int unnamed(final List<Long> inodes) {
        return inodes(RelayDescriptor.UNNAMED, inodes);
    }

    /** @param inodes at most MAX_LIST */
    public int look(final List<Long> inodes) {
        return inodes(RelayDescriptor.LOOK, inodes);
    }

    /** @param inodes at most MAX_LIST */
    public int looked(final List<Long> inodes) {
        return inodes(RelayDescriptor.LOOKED, inodes);
    }

    private int inodes(final int type, final List<Long> inodes) {
        requireList(inodes.size());
        u32(BODY_OFFSET, 0);
        int at = INODES_OFFSET;
        for (final long inode : inodes) {
            segment.set(U64, at, inode);
            at += Long.BYTES;
        }
        return record(type, 0, at);
    }

    private static void requireList(final int count) {
        if (count > MAX_LIST) {
            throw new IllegalArgumentException(count + " in one record, which takes " + MAX_LIST);
        }
    }

    private int record(final int type, final int connection, final int length) {
        u32(LENGTH_OFFSET, length);
        u32(TYPE_OFFSET, type);
        u32(CONNECTION_OFFSET, connection);
        return length;
    }

    private void u32(final int field, final int value) {
        segment.set(U32, field, value);
    }
}
