package org.pno.wire;

import java.lang.foreign.MemorySegment;

/**
 * Walks the extension headers of an IPv6 packet that is for us (RFC 8200 4) up to the transport's header, or to the
 * fragment header of a true fragment. Bounded: more than {@link #MAX_HEADERS} are refused. Filled anew by each
 * {@link #walk}.
 *
 * <p>The headers that are known: hop-by-hop and destination options, of which no option means anything to us; routing,
 * which is passed over where no segments are left (RFC 5095 3 deprecates type 0 and says the same of it); fragment,
 * which is passed over where it covers the whole packet (RFC 6946). Everything else is a transport's protocol number.
 */
public final class Ipv6Extensions {
    /** More than any honest packet carries: RFC 8200 4.1 recommends each once, destination options twice. */
    public static final int MAX_HEADERS = 8;

    /** The walk has come to the transport's header, or to what claims to be one. */
    public static final int TRANSPORT = 0;
    /** The walk has come to the fragment header of a part of a packet. */
    public static final int PART = 1;
    /** The packet is dropped: {@link #drop()}. */
    public static final int DROP = 2;
    /** The packet is dropped, and its sender is to be told: {@link #problemCode()}, {@link #problemPointer()}. */
    public static final int PROBLEM = 3;

    /** Bytes of a fragment header. */
    public static final int FRAGMENT_BYTES = 8;

    private static final int LENGTH_UNIT = 8;
    private static final int LEAST_BYTES = 8;
    private static final int SEGMENTS_LEFT_OFFSET = 3;
    private static final int FRAGMENT_OFFSET_OFFSET = 2; // u16: offset in its upper 13 bits, then 2 reserved, M
    private static final int IDENTIFICATION_OFFSET = 4; // u32
    private static final int FRAGMENT_OFFSET_MASK = 0xFFF8;
    private static final int MORE_FRAGMENTS = 1;

    private static final int PAD1 = 0;
    /** What the two upper bits of an option's type demand of who does not know it (RFC 8200 4.2). */
    private static final int ACTION_SKIP = 0;

    private static final int ACTION_DISCARD = 1;
    private static final int ACTION_REPORT = 2;
    private static final int ACTION_REPORT_UNLESS_MULTICAST = 3;

    private MemorySegment segment;
    private long packet;
    private long end;
    private boolean toMulticast;

    private int protocol;
    private long protocolField;
    private long at;
    private long fragmentHeader;
    private WireDrop drop;
    private int problemCode;
    private int problemPointer;

    /**
     * Walks the headers of a packet that {@link Ipv6Header#validate} has accepted.
     *
     * @return {@link #TRANSPORT}, {@link #PART}, {@link #DROP} or {@link #PROBLEM}
     */
    public int walk(final MemorySegment memory, final long offset, final Ipv6Header header) {
        segment = memory;
        packet = offset;
        end = header.payloadOffset() + header.payloadLength();
        toMulticast = IpAddress.isMulticastIpv6(header.destinationHi());
        protocol = header.nextHeader();
        protocolField = offset + Ipv6Header.NEXT_HEADER_OFFSET;
        at = header.payloadOffset();
        fragmentHeader = 0;
        return isExtension(protocol) ? walkOn() : TRANSPORT;
    }

    /** After {@link #PART}: goes on behind the fragment header, into the headers of the packet that was cut. */
    public int walkInto() {
        step(FRAGMENT_BYTES);
        return walkOn();
    }

    private int walkOn() {
        for (int count = 0; isExtension(protocol); count++) {
            if (count == MAX_HEADERS) {
                return dropped(WireDrop.IPV6_EXTENSION_COUNT);
            }
            if (end - at < LEAST_BYTES) {
                return dropped(WireDrop.IPV6_EXTENSION_TRUNCATED);
            }
            final int answer = protocol == Ipv6Header.FRAGMENT ? onFragment() : onLengthed();
            if (answer != TRANSPORT) {
                return answer;
            }
        }
        return TRANSPORT;
    }

    private static boolean isExtension(final int kind) {
        return kind == Ipv6Header.HOP_BY_HOP
                || kind == Ipv6Header.ROUTING
                || kind == Ipv6Header.FRAGMENT
                || kind == Ipv6Header.DESTINATION_OPTIONS;
    }

    private int onFragment() {
        if (fragmentHeader != 0) {
            return dropped(WireDrop.IPV6_EXTENSION_COUNT); // Parts of a part are nobody's.
        }
        fragmentHeader = at;
        if (fragmentOffset() != 0 || moreFragments()) {
            return PART;
        }
        step(FRAGMENT_BYTES); // RFC 6946 4: a packet in one part is whole, whatever else has its identification.
        return TRANSPORT;
    }

    private int onLengthed() {
        final int length = LEAST_BYTES + BigEndian.u8(segment, at + 1) * LENGTH_UNIT;
        if (length > end - at) {
            return dropped(WireDrop.IPV6_EXTENSION_TRUNCATED);
        }
        int answer = TRANSPORT;
        if (protocol == Ipv6Header.ROUTING) {
            // RFC 8200 4.4: an unknown routing header matters only while segments are left; the type's field is named.
            if (BigEndian.u8(segment, at + SEGMENTS_LEFT_OFFSET) != 0) {
                answer = problem(Icmpv6Header.CODE_ERRONEOUS_FIELD, at + 2);
            }
        } else if (protocol == Ipv6Header.HOP_BY_HOP && protocolField != packet + Ipv6Header.NEXT_HEADER_OFFSET) {
            // RFC 8200 4.3: it stands right behind the IPv6 header or is nothing that we know.
            answer = problem(Icmpv6Header.CODE_UNKNOWN_NEXT_HEADER, protocolField);
        } else {
            answer = options(at + 2, at + length);
        }
        step(length);
        return answer;
    }

    private void step(final int length) {
        protocol = BigEndian.u8(segment, at);
        protocolField = at;
        at += length;
    }

    /** RFC 8200 4.2: no option is known but padding; each unknown one says itself what is to be done. */
    private int options(final long from, final long to) {
        long option = from;
        while (option < to) {
            final int type = BigEndian.u8(segment, option);
            if (type == PAD1) {
                option++;
                continue;
            }
            if (to - option < 2 || BigEndian.u8(segment, option + 1) + 2 > to - option) {
                return dropped(WireDrop.IPV6_OPTION);
            }
            final int action = type >>> 6;
            if (action != ACTION_SKIP) {
                return onUnknownOption(action, option);
            }
            option += 2 + BigEndian.u8(segment, option + 1);
        }
        return TRANSPORT;
    }

    private int onUnknownOption(final int action, final long option) {
        final boolean reported = action == ACTION_REPORT || action == ACTION_REPORT_UNLESS_MULTICAST && !toMulticast;
        return action == ACTION_DISCARD || !reported
                ? dropped(WireDrop.IPV6_OPTION)
                : problem(Icmpv6Header.CODE_UNKNOWN_OPTION, option);
    }

    private int dropped(final WireDrop reason) {
        drop = reason;
        return DROP;
    }

    private int problem(final int code, final long field) {
        problemCode = code;
        problemPointer = (int) (field - packet);
        return PROBLEM;
    }

    /** Why the packet is dropped, after {@link #DROP}. */
    public WireDrop drop() {
        return drop;
    }

    /** {@code Icmpv6Header}'s code of a parameter problem, after {@link #PROBLEM}. */
    public int problemCode() {
        return problemCode;
    }

    /** Bytes from the packet's first to what is wrong, after {@link #PROBLEM}. */
    public int problemPointer() {
        return problemPointer;
    }

    /** The transport's protocol number, after {@link #TRANSPORT}. */
    public int protocol() {
        return protocol;
    }

    /** Bytes from the packet's first to the field that named the protocol. */
    public int protocolPointer() {
        return (int) (protocolField - packet);
    }

    /** Where the transport's header starts, in the segment, after {@link #TRANSPORT}. */
    public long transportOffset() {
        return at;
    }

    /** Bytes of transport header and payload, after {@link #TRANSPORT}. */
    public int transportLength() {
        return (int) (end - at);
    }

    /** After {@link #PART}: where the part's bytes start, in the segment. */
    public long partOffset() {
        return fragmentHeader + FRAGMENT_BYTES;
    }

    /** After {@link #PART}: bytes of the part. */
    public int partLength() {
        return (int) (end - partOffset());
    }

    /** Where the part's bytes stand in the packet that was cut, bytes. */
    public int fragmentOffset() {
        return BigEndian.u16(segment, fragmentHeader + FRAGMENT_OFFSET_OFFSET) & FRAGMENT_OFFSET_MASK;
    }

    public boolean moreFragments() {
        return (BigEndian.u16(segment, fragmentHeader + FRAGMENT_OFFSET_OFFSET) & MORE_FRAGMENTS) != 0;
    }

    public int identification() {
        return BigEndian.i32(segment, fragmentHeader + IDENTIFICATION_OFFSET);
    }

    /** The kind of header that the parts start with, after {@link #PART}. */
    public int fragmentNextHeader() {
        return BigEndian.u8(segment, fragmentHeader);
    }

    /** True if the walk has met a fragment header, of a part or of a packet in one part. */
    public boolean hasFragmentHeader() {
        return fragmentHeader != 0;
    }

    /** Bytes from the packet's first to the fragment header's, after {@link #PART}. */
    public int fragmentPointer() {
        return (int) (fragmentHeader - packet);
    }
}
