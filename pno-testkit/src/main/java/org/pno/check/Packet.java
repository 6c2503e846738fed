package org.pno.check;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An IP packet that the stack under test has sent, read without any code of ours that is under test. */
public final class Packet {
    private static final int PROTOCOL_ICMP = 1;

    /** Flags as in the header; -1 if this is no TCP. */
    public final int flags;

    public final int sourcePort;
    public final int destinationPort;
    /** Told from the sender's SYN, as is {@link #ack} from the receiver's. */
    public final long seq;

    public final long ack;
    public final int window;
    public final int urgent;
    /** Bytes of payload. */
    public final int length;
    /** -1: no such option; so with {@link #windowScale}. */
    public final int mss;

    public final int windowScale;
    public final boolean sackPermitted;
    public final boolean timestamps;
    public final long timestampValue;
    public final long timestampEcho;
    /** The Fast Open cookie, empty where one is asked for; null: no such option. */
    final byte[] cookie;
    /** Absolute edges made relative to the receiver's SYN. */
    public final long[] sack;

    /** Of the IP header: bit 0 CE.. the two ECN bits, and whether fragmenting is forbidden. */
    public final int ecn;

    public final boolean dontFragment;
    final int rawSeq;
    final byte[] payload;

    /**
     * Reads a packet.
     *
     * @param iss the stack's initial sequence number; null: the packet's own
     * @param peerIss the script's
     */
    Packet(final byte[] bytes, final Integer iss, final int peerIss) {
        final ByteBuffer ip = ByteBuffer.wrap(bytes);
        final int ipHeader = (bytes[0] & 0xF) * 4;
        ecn = bytes[1] & 3;
        dontFragment = (bytes[6] & 0x40) != 0;
        if (bytes[9] == PROTOCOL_ICMP) {
            throw new IllegalArgumentException("an ICMP packet of type " + bytes[ipHeader]);
        }
        final ByteBuffer tcp = ip.slice(ipHeader, Short.toUnsignedInt(ip.getShort(2)) - ipHeader);
        sourcePort = Short.toUnsignedInt(tcp.getShort(0));
        destinationPort = Short.toUnsignedInt(tcp.getShort(2));
        rawSeq = tcp.getInt(4);
        flags = tcp.get(13) & 0xFF;
        seq = iss == null ? 0 : relative(rawSeq, iss, flags);
        ack = relative(tcp.getInt(8), peerIss, flags);
        window = Short.toUnsignedInt(tcp.getShort(14));
        urgent = Short.toUnsignedInt(tcp.getShort(18));
        final int header = (tcp.get(12) >> 4 & 0xF) * 4;
        length = tcp.capacity() - header;
        payload = new byte[length];
        tcp.get(header, payload);
        final OptionReader options = new OptionReader(tcp.slice(20, header - 20), peerIss);
        mss = options.mss;
        windowScale = options.windowScale;
        sackPermitted = options.sackPermitted;
        timestamps = options.timestamps;
        timestampValue = options.timestampValue;
        timestampEcho = options.timestampEcho;
        sack = options.sack;
        cookie = options.cookie;
    }

    /** A number less than 2^31 beyond the first; RST in answer to a segment without ACK has an absolute 0. */
    private static long relative(final int number, final int first, final int flags) {
        return number == 0 && (flags & Seg.RST) != 0 ? 0 : number - first;
    }

    /** In order: the packet's payload must be this stream's. */
    void checkPayload() {
        final long first = (flags & Seg.SYN) != 0 ? seq : seq - 1;
        for (int i = 0; i < length; i++) {
            if (payload[i] != Pattern.at(first + i)) {
                throw new AssertionError("wrong byte at " + (seq + i) + " of " + this);
            }
        }
    }

    /** Bytes of the Fast Open cookie, 0 where one is asked for, -1 without the option. */
    public int cookieBytes() {
        return cookie == null ? -1 : cookie.length;
    }

    /** The Fast Open option as it came, for a segment to bring back. */
    public int[] cookieOption() {
        final int[] option = new int[2 + cookie.length];
        option[0] = 34;
        option[1] = option.length;
        for (int i = 0; i < cookie.length; i++) {
            option[2 + i] = cookie[i] & 0xFF;
        }
        return option;
    }

    List<Long> sackEdges() {
        return Arrays.stream(sack).boxed().toList();
    }

    /** Options of a header, one pass. */
    private static final class OptionReader {
        private int mss = -1;
        private int windowScale = -1;
        private boolean sackPermitted;
        private boolean timestamps;
        private long timestampValue;
        private long timestampEcho;
        private long[] sack = {};
        private byte[] cookie;

        OptionReader(final ByteBuffer options, final int peerIss) {
            int at = 0;
            while (at < options.capacity() && options.get(at) != 0) {
                if (options.get(at) == 1) {
                    at++;
                    continue;
                }
                final int size = options.get(at + 1);
                read(options.get(at), options.slice(at + 2, size - 2), peerIss);
                at += size;
            }
        }

        private void read(final int kind, final ByteBuffer value, final int peerIss) {
            switch (kind) {
                case 2 -> mss = Short.toUnsignedInt(value.getShort(0));
                case 3 -> windowScale = value.get(0);
                case 4 -> sackPermitted = true;
                case 5 -> {
                    final List<Long> edges = new ArrayList<>();
                    for (int i = 0; i < value.capacity(); i += 4) {
                        edges.add((long) (value.getInt(i) - peerIss));
                    }
                    sack = edges.stream().mapToLong(Long::longValue).toArray();
                }
                case 8 -> {
                    timestamps = true;
                    timestampValue = Integer.toUnsignedLong(value.getInt(0));
                    timestampEcho = Integer.toUnsignedLong(value.getInt(4));
                }
                case 34 -> {
                    cookie = new byte[value.capacity()];
                    value.get(cookie);
                }
                default -> {}
            }
        }
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder(
                Seg.letters(flags) + " seq " + seq + " ack " + ack + " len " + length + " win " + window);
        if (mss >= 0) {
            text.append(" mss ").append(mss);
        }
        if (windowScale >= 0) {
            text.append(" wscale ").append(windowScale);
        }
        if (sackPermitted) {
            text.append(" sackPermitted");
        }
        if (timestamps) {
            text.append(" ts ").append(timestampValue).append('/').append(timestampEcho);
        }
        if (cookie != null) {
            text.append(" cookie ").append(cookie.length);
        }
        if (sack.length > 0) {
            text.append(" sack ").append(sackEdges());
        }
        return text.toString();
    }
}
