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
import static org.pno.relay.RelayDescriptor.MAX_BYTES;
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
import java.util.ArrayList;
import java.util.List;
import org.pno.link.HandshakeDescriptor;
import org.pno.link.ProtocolException;
import org.pno.sys.PeerCredentials;

/**
 * Reads records of the relay out of a stream. {@link #wrap} checks a record once; the accessors of its own type cannot
 * fail after that.
 */
public final class RelayDecoder {
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;

    private MemorySegment segment;
    private long offset;
    private int length;

    /**
     * Takes the next record of a stream.
     *
     * @param available bytes of the stream from {@code streamOffset} on
     * @return the record's length, or 0 if it is not whole yet
     * @throws ProtocolException if the stream cannot be one of records
     */
    public int wrap(final MemorySegment stream, final long streamOffset, final int available) throws ProtocolException {
        if (available < BODY_OFFSET) {
            return 0;
        }
        segment = stream;
        offset = streamOffset;
        length = u32(LENGTH_OFFSET);
        if (length < BODY_OFFSET || length > MAX_BYTES) {
            throw new ProtocolException("a record of " + Integer.toUnsignedString(length) + " bytes, allowed is "
                    + BODY_OFFSET + " to " + MAX_BYTES);
        }
        if (available < length) {
            return 0;
        }
        check();
        return length;
    }

    private void check() throws ProtocolException {
        switch (type()) {
            case RelayDescriptor.HELLO -> counted(HELLO_LENGTH_OFFSET, HELLO_FABRIC_OFFSET, MAX_FABRIC_BYTES);
            case RelayDescriptor.ENDPOINT -> counted(ENDPOINT_LENGTH_OFFSET, ENDPOINT_NAME_OFFSET, MAX_ENDPOINT_BYTES);
            case RelayDescriptor.REFUSED -> counted(TEXT_LENGTH_OFFSET, TEXT_OFFSET, MAX_TEXT_BYTES);
            case RelayDescriptor.OPEN -> exactly(OPEN_BYTES);
            case RelayDescriptor.CLOSED, RelayDescriptor.RANG, RelayDescriptor.EXITED -> exactly(BODY_OFFSET);
            case RelayDescriptor.REQUEST -> {
                withMessage(THING_BYTES);
                checkThings();
            }
            case RelayDescriptor.REPLY -> withMessage(Integer.BYTES);
            case RelayDescriptor.RING, RelayDescriptor.DROP -> list(NUMBERS_OFFSET, Integer.BYTES);
            case RelayDescriptor.UNNAMED, RelayDescriptor.LOOK, RelayDescriptor.LOOKED ->
                list(INODES_OFFSET, Long.BYTES);
            default -> throw new ProtocolException("a record of unknown type " + Integer.toUnsignedString(type()));
        }
    }

    private void exactly(final int bytes) throws ProtocolException {
        if (length != bytes) {
            throw malformed("must have " + bytes);
        }
    }

    private void counted(final int countOffset, final int bytesOffset, final int most) throws ProtocolException {
        if (length < bytesOffset) {
            throw malformed("the least is " + bytesOffset);
        }
        final int count = u32(countOffset);
        if (count < 0 || count > most) {
            throw malformed("says " + Integer.toUnsignedString(count) + " where " + most + " is the most");
        }
        exactly(bytesOffset + count);
    }

    private void withMessage(final int elementBytes) throws ProtocolException {
        if (length < ELEMENTS_OFFSET) {
            throw malformed("the least is " + ELEMENTS_OFFSET);
        }
        final int count = u32(COUNT_OFFSET);
        if (count < 0 || count > MAX_THINGS) {
            throw malformed("says " + Integer.toUnsignedString(count) + " things where " + MAX_THINGS + " is the most");
        }
        final int bytes = length - ELEMENTS_OFFSET - count * elementBytes;
        if (bytes < 0 || bytes > HandshakeDescriptor.MAX_BYTES) {
            throw malformed("leaves " + bytes + " for the message");
        }
    }

    private void checkThings() throws ProtocolException {
        for (int i = 0; i < u32(COUNT_OFFSET); i++) {
            final int code = u32(thingOffset(i) + THING_KIND);
            if (Thing.Kind.of(code) == null) {
                throw malformed("has a thing of unknown kind " + Integer.toUnsignedString(code));
            }
        }
    }

    private void list(final int elementsOffset, final int elementBytes) throws ProtocolException {
        final int bytes = length - elementsOffset;
        if (bytes < 0 || bytes % elementBytes != 0 || bytes / elementBytes > MAX_LIST) {
            throw malformed("is no list of at most " + MAX_LIST);
        }
    }

    private ProtocolException malformed(final String why) {
        return new ProtocolException("a record of type " + type() + " with " + length + " bytes: " + why);
    }

    public int type() {
        return u32(TYPE_OFFSET);
    }

    public int connection() {
        return u32(CONNECTION_OFFSET);
    }

    public int helloVersion() {
        return u32(HELLO_VERSION_OFFSET);
    }

    public int helloLinkVersion() {
        return u32(HELLO_LINK_VERSION_OFFSET);
    }

    /** The fabric that the DPU's HELLO names. */
    public String helloFabric() {
        return new String(bytes(HELLO_FABRIC_OFFSET, u32(HELLO_LENGTH_OFFSET)), StandardCharsets.UTF_8);
    }

    public int endpointNumber() {
        return u32(ENDPOINT_NUMBER_OFFSET);
    }

    public byte[] endpointName() {
        return bytes(ENDPOINT_NAME_OFFSET, u32(ENDPOINT_LENGTH_OFFSET));
    }

    public String refusedText() {
        return new String(bytes(TEXT_OFFSET, u32(TEXT_LENGTH_OFFSET)), StandardCharsets.UTF_8);
    }

    private byte[] bytes(final int from, final int count) {
        return segment.asSlice(offset + from, count).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Who opened a connection, as the host's kernel told. */
    public PeerCredentials peer() {
        return new PeerCredentials(u32(OPEN_PID_OFFSET), u32(OPEN_UID_OFFSET), u32(OPEN_GID_OFFSET));
    }

    /** What goes with a REQUEST. */
    public List<Thing> things() {
        final List<Thing> things = new ArrayList<>(MAX_THINGS);
        for (int i = 0; i < u32(COUNT_OFFSET); i++) {
            final int at = thingOffset(i);
            things.add(new Thing(
                    Thing.Kind.of(u32(at + THING_KIND)),
                    u32(at + THING_NUMBER),
                    word(at, 0),
                    word(at, 1),
                    word(at, 2),
                    word(at, 3)));
        }
        return things;
    }

    private static int thingOffset(final int index) {
        return ELEMENTS_OFFSET + index * THING_BYTES;
    }

    private long word(final int thing, final int index) {
        return segment.get(U64, offset + thing + THING_WORDS + (long) index * Long.BYTES);
    }

    /** Numbers of what goes with a REPLY. */
    public int[] replyThings() {
        final int[] numbers = new int[u32(COUNT_OFFSET)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = u32(ELEMENTS_OFFSET + i * Integer.BYTES);
        }
        return numbers;
    }

    /** Where the message of a REQUEST or a REPLY begins, in what was wrapped. */
    public long messageOffset() {
        return offset + messageStart();
    }

    private int messageStart() {
        return ELEMENTS_OFFSET + u32(COUNT_OFFSET) * (type() == RelayDescriptor.REQUEST ? THING_BYTES : Integer.BYTES);
    }

    public int messageLength() {
        return length - messageStart();
    }

    /** How many numbers a RING or a DROP has. */
    public int numberCount() {
        return (length - NUMBERS_OFFSET) / Integer.BYTES;
    }

    public int number(final int index) {
        return u32(NUMBERS_OFFSET + index * Integer.BYTES);
    }

    /** The inodes of UNNAMED, LOOK or LOOKED. */
    public List<Long> inodes() {
        final List<Long> inodes = new ArrayList<>();
        for (int at = INODES_OFFSET; at < length; at += Long.BYTES) {
            inodes.add(segment.get(U64, offset + at));
        }
        return inodes;
    }

    private int u32(final int field) {
        return segment.get(U32, offset + field);
    }
}
