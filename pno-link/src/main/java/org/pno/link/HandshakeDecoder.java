package org.pno.link;

import static org.pno.link.AddressBytes.FAMILY_6;
import static org.pno.link.AddressBytes.IPV6_BYTES;
import static org.pno.link.HandshakeDescriptor.ADDRESS_BYTES;
import static org.pno.link.HandshakeDescriptor.ADDRESS_FAMILY;
import static org.pno.link.HandshakeDescriptor.ADDRESS_PREFIX;
import static org.pno.link.HandshakeDescriptor.ARENA;
import static org.pno.link.HandshakeDescriptor.ARENA_BYTES;
import static org.pno.link.HandshakeDescriptor.BODY_OFFSET;
import static org.pno.link.HandshakeDescriptor.CALLS;
import static org.pno.link.HandshakeDescriptor.CALLS_COUNTS_OFFSET;
import static org.pno.link.HandshakeDescriptor.CALLS_COUNT_OFFSET;
import static org.pno.link.HandshakeDescriptor.CALL_BYTES;
import static org.pno.link.HandshakeDescriptor.CALL_LEVEL;
import static org.pno.link.HandshakeDescriptor.CALL_NUMBER;
import static org.pno.link.HandshakeDescriptor.CALL_OPTION;
import static org.pno.link.HandshakeDescriptor.CALL_TIMES;
import static org.pno.link.HandshakeDescriptor.CAPTURE;
import static org.pno.link.HandshakeDescriptor.CAPTURE_CONNECTIONS_OFFSET;
import static org.pno.link.HandshakeDescriptor.CAPTURE_CONNECTION_BYTES;
import static org.pno.link.HandshakeDescriptor.CAPTURE_COUNT_OFFSET;
import static org.pno.link.HandshakeDescriptor.CAPTURE_HOST_OFFSET;
import static org.pno.link.HandshakeDescriptor.CAPTURE_PORT_OFFSET;
import static org.pno.link.HandshakeDescriptor.CAPTURE_SNAP_OFFSET;
import static org.pno.link.HandshakeDescriptor.CHANNEL;
import static org.pno.link.HandshakeDescriptor.CHANNEL_ARENA_OFFSET;
import static org.pno.link.HandshakeDescriptor.CHANNEL_BYTES;
import static org.pno.link.HandshakeDescriptor.CHANNEL_NUMBER_OFFSET;
import static org.pno.link.HandshakeDescriptor.ERROR;
import static org.pno.link.HandshakeDescriptor.ERROR_ERRNO_OFFSET;
import static org.pno.link.HandshakeDescriptor.ERROR_LENGTH_OFFSET;
import static org.pno.link.HandshakeDescriptor.ERROR_TEXT_OFFSET;
import static org.pno.link.HandshakeDescriptor.HELLO;
import static org.pno.link.HandshakeDescriptor.HELLO_BYTES;
import static org.pno.link.HandshakeDescriptor.HELLO_KIND_OFFSET;
import static org.pno.link.HandshakeDescriptor.HOLDER;
import static org.pno.link.HandshakeDescriptor.HOLDER_ARENA_OFFSET;
import static org.pno.link.HandshakeDescriptor.HOLDER_BYTES;
import static org.pno.link.HandshakeDescriptor.HOLDER_SLOT_OFFSET;
import static org.pno.link.HandshakeDescriptor.IDENTITY;
import static org.pno.link.HandshakeDescriptor.JOIN;
import static org.pno.link.HandshakeDescriptor.JOINED;
import static org.pno.link.HandshakeDescriptor.JOINED_BYTES;
import static org.pno.link.HandshakeDescriptor.JOINED_ROLE_OFFSET;
import static org.pno.link.HandshakeDescriptor.JOIN_BYTES;
import static org.pno.link.HandshakeDescriptor.LISTEN;
import static org.pno.link.HandshakeDescriptor.LISTEN_ARENA_OFFSET;
import static org.pno.link.HandshakeDescriptor.LISTEN_BACKLOG_OFFSET;
import static org.pno.link.HandshakeDescriptor.LISTEN_BYTES;
import static org.pno.link.HandshakeDescriptor.LISTEN_GENERATION_OFFSET;
import static org.pno.link.HandshakeDescriptor.LISTEN_RECORD_OFFSET;
import static org.pno.link.HandshakeDescriptor.MAX_BYTES;
import static org.pno.link.HandshakeDescriptor.MAX_CALLS;
import static org.pno.link.HandshakeDescriptor.OK;
import static org.pno.link.HandshakeDescriptor.OK_BYTES;
import static org.pno.link.HandshakeDescriptor.OK_VALUE_OFFSET;
import static org.pno.link.HandshakeDescriptor.QUERY;
import static org.pno.link.HandshakeDescriptor.QUERY_BYTES;
import static org.pno.link.HandshakeDescriptor.QUERY_WHAT_OFFSET;
import static org.pno.link.HandshakeDescriptor.SOCKET_ARENA_OFFSET;
import static org.pno.link.HandshakeDescriptor.SOCKET_BYTES;
import static org.pno.link.HandshakeDescriptor.SOCKET_GENERATION_OFFSET;
import static org.pno.link.HandshakeDescriptor.SOCKET_RECORD_OFFSET;
import static org.pno.link.HandshakeDescriptor.SPARE;
import static org.pno.link.HandshakeDescriptor.SPARE_BYTES;
import static org.pno.link.HandshakeDescriptor.STOP;
import static org.pno.link.HandshakeDescriptor.STOP_BYTES;
import static org.pno.link.HandshakeDescriptor.TEXT;
import static org.pno.link.HandshakeDescriptor.TEXT_LENGTH_OFFSET;
import static org.pno.link.HandshakeDescriptor.TEXT_TEXT_OFFSET;
import static org.pno.link.HandshakeDescriptor.TYPE_OFFSET;
import static org.pno.link.HandshakeDescriptor.UNLISTEN;
import static org.pno.link.HandshakeDescriptor.VERSION_OFFSET;
import static org.pno.link.HandshakeDescriptor.WELCOME;
import static org.pno.link.HandshakeDescriptor.WELCOME_ADDRESSES_OFFSET;
import static org.pno.link.HandshakeDescriptor.WELCOME_ADDRESS_BYTES;
import static org.pno.link.HandshakeDescriptor.WELCOME_ADDRESS_COUNT_OFFSET;
import static org.pno.link.HandshakeDescriptor.WELCOME_EPOCH_OFFSET;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads messages of the control socket. {@link #wrap} checks type, version and length once; the accessors of the
 * message's own type cannot fail after that.
 */
public final class HandshakeDecoder {
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;

    private MemorySegment segment;
    private long offset;
    private int length;

    /**
     * Takes a packet.
     *
     * @throws ProtocolException if it is not a whole message of this version; the text is meant for the peer's ERROR
     */
    public HandshakeDecoder wrap(final MemorySegment packet, final long packetOffset, final int length)
            throws ProtocolException {
        segment = packet;
        offset = packetOffset;
        this.length = length;
        if (length < BODY_OFFSET) {
            throw new ProtocolException("a control message of " + length + " bytes, the least is " + BODY_OFFSET);
        }
        final int version = u32(VERSION_OFFSET);
        if (version != ArenaDescriptor.VERSION) {
            throw new ProtocolException("the peer speaks version " + Integer.toUnsignedString(version)
                    + ", this side version " + ArenaDescriptor.VERSION + ": both must come from the same build");
        }
        final int expected = expectedLength(length);
        if (length != expected) {
            throw new ProtocolException(
                    "a control message of type " + type() + " with " + length + " bytes, must have " + expected);
        }
        return this;
    }

    private int expectedLength(final int length) throws ProtocolException {
        return switch (type()) {
            case HELLO -> HELLO_BYTES;
            case ARENA -> ARENA_BYTES;
            case CHANNEL -> CHANNEL_BYTES;
            case HOLDER -> HOLDER_BYTES;
            case LISTEN -> LISTEN_BYTES;
            case QUERY -> QUERY_BYTES;
            case STOP -> STOP_BYTES;
            case CAPTURE -> counted(length, CAPTURE_COUNT_OFFSET, CAPTURE_CONNECTIONS_OFFSET, CAPTURE_CONNECTION_BYTES);
            case IDENTITY, UNLISTEN -> SOCKET_BYTES;
            case JOIN -> JOIN_BYTES;
            case SPARE -> SPARE_BYTES;
            case CALLS -> counted(length, CALLS_COUNT_OFFSET, CALLS_COUNTS_OFFSET, CALL_BYTES);
            case JOINED -> JOINED_BYTES;
            case OK -> OK_BYTES;
            case WELCOME ->
                counted(length, WELCOME_ADDRESS_COUNT_OFFSET, WELCOME_ADDRESSES_OFFSET, WELCOME_ADDRESS_BYTES);
            case ERROR -> counted(length, ERROR_LENGTH_OFFSET, ERROR_TEXT_OFFSET, 1);
            case TEXT -> counted(length, TEXT_LENGTH_OFFSET, TEXT_TEXT_OFFSET, 1);
            default ->
                throw new ProtocolException("a control message of unknown type " + Integer.toUnsignedString(type()));
        };
    }

    /** Length of a message with as many elements as it says, a number that is bounded before it is multiplied. */
    private int counted(final int length, final int countOffset, final int elementsOffset, final int elementBytes)
            throws ProtocolException {
        if (length < elementsOffset) {
            return elementsOffset;
        }
        final int count = u32(countOffset);
        if (Integer.compareUnsigned(count, MAX_BYTES / elementBytes) > 0) {
            throw new ProtocolException("a control message of type " + type() + " that claims "
                    + Integer.toUnsignedString(count) + " elements, more than a message has room for");
        }
        return elementsOffset + count * elementBytes;
    }

    public int type() {
        return u32(TYPE_OFFSET);
    }

    /** A copy of the whole message, for who passes it on. */
    public byte[] message() {
        return segment.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
    }

    public int helloKind() {
        return u32(HELLO_KIND_OFFSET);
    }

    public int channelArena() {
        return u32(CHANNEL_ARENA_OFFSET);
    }

    public int channelNumber() {
        return u32(CHANNEL_NUMBER_OFFSET);
    }

    public int holderArena() {
        return u32(HOLDER_ARENA_OFFSET);
    }

    public int holderSlot() {
        return u32(HOLDER_SLOT_OFFSET);
    }

    public int listenArena() {
        return u32(LISTEN_ARENA_OFFSET);
    }

    public int listenRecord() {
        return u32(LISTEN_RECORD_OFFSET);
    }

    public int listenGeneration() {
        return u32(LISTEN_GENERATION_OFFSET);
    }

    public int listenBacklog() {
        return u32(LISTEN_BACKLOG_OFFSET);
    }

    /** The arena of IDENTITY, UNLISTEN and JOINED. */
    public int socketArena() {
        return u32(SOCKET_ARENA_OFFSET);
    }

    public int socketRecord() {
        return u32(SOCKET_RECORD_OFFSET);
    }

    public int socketGeneration() {
        return u32(SOCKET_GENERATION_OFFSET);
    }

    public int joinedRole() {
        return u32(JOINED_ROLE_OFFSET);
    }

    public int queryWhat() {
        return u32(QUERY_WHAT_OFFSET);
    }

    /** What a CAPTURE asks for; whether that makes sense is not looked at. */
    public CaptureRequest captureRequest() {
        final int count = u32(CAPTURE_COUNT_OFFSET);
        final List<CaptureRequest.Connection> connections = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            connections.add(
                    captureConnection(offset + CAPTURE_CONNECTIONS_OFFSET + (long) i * CAPTURE_CONNECTION_BYTES));
        }
        final long host = offset + CAPTURE_HOST_OFFSET;
        return new CaptureRequest(
                u32(CAPTURE_SNAP_OFFSET),
                AddressBytes.hi(segment, host, FAMILY_6),
                AddressBytes.lo(segment, host, FAMILY_6),
                u32(CAPTURE_PORT_OFFSET),
                connections);
    }

    private CaptureRequest.Connection captureConnection(final long at) {
        return new CaptureRequest.Connection(
                AddressBytes.hi(segment, at, FAMILY_6),
                AddressBytes.lo(segment, at, FAMILY_6),
                Short.toUnsignedInt(segment.get(U16, at + 2 * IPV6_BYTES)),
                AddressBytes.hi(segment, at + IPV6_BYTES, FAMILY_6),
                AddressBytes.lo(segment, at + IPV6_BYTES, FAMILY_6),
                Short.toUnsignedInt(segment.get(U16, at + 2 * IPV6_BYTES + Short.BYTES)));
    }

    /**
     * The counts of a CALLS.
     *
     * @throws ProtocolException if there are more than a program can have, or of a call that does not exist
     */
    public List<CallCount> calls() throws ProtocolException {
        final int count = u32(CALLS_COUNT_OFFSET);
        if (count > MAX_CALLS) {
            throw new ProtocolException("CALLS with " + count + " counts, at most " + MAX_CALLS);
        }
        final List<CallCount> counts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            counts.add(callCount(offset + CALLS_COUNTS_OFFSET + (long) i * CALL_BYTES));
        }
        return counts;
    }

    private CallCount callCount(final long at) throws ProtocolException {
        final int number = segment.get(U32, at + CALL_NUMBER);
        final UnsupportedCall call = UnsupportedCall.of(number);
        if (call == null) {
            throw new ProtocolException("CALLS counts call " + Integer.toUnsignedString(number) + ", there is none");
        }
        return new CallCount(
                call,
                Short.toUnsignedInt(segment.get(U16, at + CALL_LEVEL)),
                Short.toUnsignedInt(segment.get(U16, at + CALL_OPTION)),
                segment.get(U64, at + CALL_TIMES) & Long.MAX_VALUE);
    }

    public long welcomeEpoch() {
        return segment.get(U64, offset + WELCOME_EPOCH_OFFSET);
    }

    /** The addresses of a WELCOME. */
    public List<DpuAddress> welcomeAddresses() throws ProtocolException {
        final int count = u32(WELCOME_ADDRESS_COUNT_OFFSET);
        final List<DpuAddress> addresses = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            addresses.add(address(offset + WELCOME_ADDRESSES_OFFSET + (long) i * WELCOME_ADDRESS_BYTES));
        }
        return addresses;
    }

    private DpuAddress address(final long at) throws ProtocolException {
        final int family = Short.toUnsignedInt(segment.get(U16, at + ADDRESS_FAMILY));
        final int prefixLength = Short.toUnsignedInt(segment.get(U16, at + ADDRESS_PREFIX));
        if (family != AddressBytes.FAMILY_4 && family != AddressBytes.FAMILY_6) {
            throw new ProtocolException("an address of family " + family + ", must be 4 or 6");
        }
        try {
            return new DpuAddress(
                    AddressBytes.hi(segment, at + ADDRESS_BYTES, family),
                    AddressBytes.lo(segment, at + ADDRESS_BYTES, family),
                    prefixLength);
        } catch (final IllegalArgumentException e) {
            throw new ProtocolException(e.getMessage());
        }
    }

    public int okValue() {
        return u32(OK_VALUE_OFFSET);
    }

    public int errorErrno() {
        return u32(ERROR_ERRNO_OFFSET);
    }

    public String errorText() {
        return new String(bytes(ERROR_LENGTH_OFFSET), StandardCharsets.UTF_8);
    }

    /** UTF-8; a character may go on in the next message. Empty: the answer is complete. */
    public byte[] textBytes() {
        return bytes(TEXT_LENGTH_OFFSET);
    }

    private byte[] bytes(final int lengthOffset) {
        return segment.asSlice(offset + lengthOffset + Integer.BYTES, u32(lengthOffset))
                .toArray(ValueLayout.JAVA_BYTE);
    }

    private int u32(final int field) {
        return segment.get(U32, offset + field);
    }
}
