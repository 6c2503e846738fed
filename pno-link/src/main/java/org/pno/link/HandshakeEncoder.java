package org.pno.link;

import static org.pno.link.AddressBytes.FAMILY_6;
import static org.pno.link.AddressBytes.IPV6_BYTES;
import static org.pno.link.HandshakeDescriptor.ADDRESS_BYTES;
import static org.pno.link.HandshakeDescriptor.ADDRESS_FAMILY;
import static org.pno.link.HandshakeDescriptor.ADDRESS_PREFIX;
import static org.pno.link.HandshakeDescriptor.ARENA;
import static org.pno.link.HandshakeDescriptor.ARENA_BYTES;
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
import static org.pno.link.HandshakeDescriptor.MAX_ADDRESSES;
import static org.pno.link.HandshakeDescriptor.MAX_BYTES;
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
import java.util.List;

/** Writes messages of the control socket. Each method writes one message and returns its length in bytes. */
public final class HandshakeEncoder {
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;

    private MemorySegment segment;
    private long offset;

    /** Where the messages go: at least MAX_BYTES. */
    public HandshakeEncoder wrap(final MemorySegment segment, final long offset) {
        this.segment = segment;
        this.offset = offset;
        return this;
    }

    public int hello(final int kind) {
        start(HELLO);
        u32(HELLO_KIND_OFFSET, kind);
        return HELLO_BYTES;
    }

    public int arena() {
        start(ARENA);
        return ARENA_BYTES;
    }

    public int channel(final int arena, final int channel) {
        start(CHANNEL);
        u32(CHANNEL_ARENA_OFFSET, arena);
        u32(CHANNEL_NUMBER_OFFSET, channel);
        return CHANNEL_BYTES;
    }

    public int holder(final int arena, final int slot) {
        start(HOLDER);
        u32(HOLDER_ARENA_OFFSET, arena);
        u32(HOLDER_SLOT_OFFSET, slot);
        return HOLDER_BYTES;
    }

    public int listen(final int arena, final int record, final int generation, final int backlog) {
        start(LISTEN);
        u32(LISTEN_ARENA_OFFSET, arena);
        u32(LISTEN_RECORD_OFFSET, record);
        u32(LISTEN_GENERATION_OFFSET, generation);
        u32(LISTEN_BACKLOG_OFFSET, backlog);
        return LISTEN_BYTES;
    }

    public int identity(final int arena, final int record, final int generation) {
        return socket(IDENTITY, arena, record, generation);
    }

    public int unlisten(final int arena, final int record, final int generation) {
        return socket(UNLISTEN, arena, record, generation);
    }

    private int socket(final int type, final int arena, final int record, final int generation) {
        start(type);
        u32(SOCKET_ARENA_OFFSET, arena);
        u32(SOCKET_RECORD_OFFSET, record);
        u32(SOCKET_GENERATION_OFFSET, generation);
        return SOCKET_BYTES;
    }

    public int join() {
        start(JOIN);
        return JOIN_BYTES;
    }

    /** @param role one of the ROLE values of {@link HandshakeDescriptor} */
    public int joined(final int arena, final int record, final int generation, final int role) {
        socket(JOINED, arena, record, generation);
        u32(JOINED_ROLE_OFFSET, role);
        return JOINED_BYTES;
    }

    public int spare() {
        start(SPARE);
        return SPARE_BYTES;
    }

    public int query(final int what) {
        start(QUERY);
        u32(QUERY_WHAT_OFFSET, what);
        return QUERY_BYTES;
    }

    public int stop() {
        start(STOP);
        return STOP_BYTES;
    }

    /** Tells what was asked for in vain. */
    public int calls(final List<CallCount> counts) {
        start(CALLS);
        u32(CALLS_COUNT_OFFSET, counts.size());
        u32(CALLS_COUNT_OFFSET + Integer.BYTES, 0);
        int at = CALLS_COUNTS_OFFSET;
        for (final CallCount count : counts) {
            u32(at + CALL_NUMBER, count.call().number());
            segment.set(U16, offset + at + CALL_LEVEL, (short) count.level());
            segment.set(U16, offset + at + CALL_OPTION, (short) count.option());
            segment.set(U64, offset + at + CALL_TIMES, count.times());
            at += CALL_BYTES;
        }
        return at;
    }

    /** Asks for the frames of a filter. */
    public int capture(final CaptureRequest request) {
        start(CAPTURE);
        u32(CAPTURE_SNAP_OFFSET, request.snapBytes());
        u32(CAPTURE_PORT_OFFSET, request.port());
        u32(CAPTURE_COUNT_OFFSET, request.connections().size());
        u32(CAPTURE_COUNT_OFFSET + Integer.BYTES, 0);
        AddressBytes.write(segment, offset + CAPTURE_HOST_OFFSET, FAMILY_6, request.hostHi(), request.hostLo());
        int at = CAPTURE_CONNECTIONS_OFFSET;
        for (final CaptureRequest.Connection connection : request.connections()) {
            final int otherAt = at + IPV6_BYTES;
            AddressBytes.write(segment, offset + at, FAMILY_6, connection.hi(), connection.lo());
            AddressBytes.write(segment, offset + otherAt, FAMILY_6, connection.otherHi(), connection.otherLo());
            segment.set(U16, offset + at + 2 * IPV6_BYTES, (short) connection.port());
            segment.set(U16, offset + at + 2 * IPV6_BYTES + Short.BYTES, (short) connection.otherPort());
            u32(at + 2 * IPV6_BYTES + Integer.BYTES, 0);
            at += CAPTURE_CONNECTION_BYTES;
        }
        return at;
    }

    public int welcome(final long epoch, final List<DpuAddress> addresses) {
        if (addresses.size() > MAX_ADDRESSES) {
            throw new IllegalArgumentException(addresses.size() + " addresses, WELCOME takes " + MAX_ADDRESSES);
        }
        start(WELCOME);
        segment.set(U64, offset + WELCOME_EPOCH_OFFSET, epoch);
        u32(WELCOME_ADDRESS_COUNT_OFFSET, addresses.size());
        u32(WELCOME_ADDRESS_COUNT_OFFSET + Integer.BYTES, 0);
        int at = WELCOME_ADDRESSES_OFFSET;
        for (final DpuAddress address : addresses) {
            segment.set(U16, offset + at + ADDRESS_FAMILY, (short) address.family());
            segment.set(U16, offset + at + ADDRESS_PREFIX, (short) address.prefixLength());
            u32(at + ADDRESS_PREFIX + Short.BYTES, 0);
            AddressBytes.write(segment, offset + at + ADDRESS_BYTES, address.family(), address.hi(), address.lo());
            at += WELCOME_ADDRESS_BYTES;
        }
        return at;
    }

    public int ok(final int value) {
        start(OK);
        u32(OK_VALUE_OFFSET, value);
        return OK_BYTES;
    }

    /** A refusal. A text that is too long is cut. */
    public int error(final int errno, final String text) {
        start(ERROR);
        u32(ERROR_ERRNO_OFFSET, errno);
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return text(ERROR_LENGTH_OFFSET, bytes, 0, Math.min(bytes.length, MAX_BYTES - ERROR_TEXT_OFFSET));
    }

    /**
     * A piece of an answer to QUERY, at most MAX_BYTES - TEXT_TEXT_OFFSET of UTF-8; a piece without bytes ends the
     * answer.
     */
    public int text(final byte[] utf8, final int from, final int length) {
        start(TEXT);
        return text(TEXT_LENGTH_OFFSET, utf8, from, length);
    }

    private int text(final int lengthOffset, final byte[] utf8, final int from, final int length) {
        u32(lengthOffset, length);
        final int textOffset = lengthOffset + Integer.BYTES;
        MemorySegment.copy(utf8, from, segment, ValueLayout.JAVA_BYTE, offset + textOffset, length);
        return textOffset + length;
    }

    private void start(final int type) {
        u32(TYPE_OFFSET, type);
        u32(VERSION_OFFSET, ArenaDescriptor.VERSION);
    }

    private void u32(final int field, final int value) {
        segment.set(U32, offset + field, value);
    }
}
