package org.pno.fuzz;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.pno.fuzz.SimpleReassembly.Piece;
import org.pno.ip.IpLayer;

/**
 * Fragments of either family for the IP layer, with headers before and in them. Input: pieces of four bytes: two of
 * flags, position, length. What the layer hands up is what {@link SimpleReassembly} makes of the same; its memory is
 * bounded, and back in the end.
 */
public final class FragmentTarget {
    private static final int PIECE_BYTES = 4;
    private static final int MAX_PIECES = 64;
    private static final int TCP = 6;
    private static final int OPTIONS = 60;
    private static final int FRAGMENT = 44;
    private static final int TCP_BYTES = 20;
    private static final int MOST_BYTES = 0xFFFF;
    private static final long[] PAUSES_NS = {
        0, 1_000_000, 7 * IpLayerBed.SECOND_NS, 31 * IpLayerBed.SECOND_NS,
    };

    private final IpLayerBed bed = new IpLayerBed();
    private final SimpleReassembly model = new SimpleReassembly();

    private FragmentTarget() {}

    /** Jazzer's entry. */
    public static void fuzzerTestOneInput(final byte[] data) {
        new FragmentTarget().play(data);
    }

    private void play(final byte[] data) {
        for (int at = 0; at + PIECE_BYTES <= Math.min(data.length, MAX_PIECES * PIECE_BYTES); at += PIECE_BYTES) {
            final int flags = data[at] & 0xFF;
            final int more = data[at + 1] & 0xFF;
            final int position = (data[at + 2] & 0xFF) * ((flags & 32) == 0 ? 8 : 256);
            final int length = (data[at + 3] & 0xFF) * ((more & 64) == 0 ? 8 : 1);
            bed.pass(PAUSES_NS[more >> 4 & 3]);
            model.poll(bed.nowNs);
            send(flags, more, position, length);
            if (bed.framesTaken() > 17) { // 16 packets under way, and one that is being handed up.
                throw new AssertionError(bed.framesTaken() + " frames are taken");
            }
            bed.ip.endFrame();
        }
        bed.requireRest();
    }

    private void send(final int flags, final int more, final int position, final int length) {
        final boolean isIpv6 = (flags & 1) != 0;
        final boolean hasInner = isIpv6 && position == 0 && (flags & 128) != 0;
        final byte[] bytes = content(position, length, hasInner, flags >> 2 & 3, (flags & 64) != 0);
        final int extra = Math.min(more & 3, 2);
        final Piece piece = new Piece(
                position, bytes, (flags & 2) == 0, more >> 2 & 3, isIpv6 ? extra * 8 : 20 + extra * 4, hasInner);
        final List<Piece> wanted = isIpv6 ? expectIpv6(flags, piece) : expectIpv4(flags, piece);
        final byte[] packet = isIpv6 ? ipv6(flags, piece) : ipv4(flags, piece);
        final int answer = bed.receive(frame(isIpv6, packet), true);
        if ((answer == IpLayer.TCP) != (wanted != null)) {
            throw new AssertionError("the layer answers " + answer + ", the model " + wanted);
        }
        if (wanted != null) {
            compare(wanted);
        }
    }

    private void compare(final List<Piece> wanted) {
        final ByteBuffer whole = ByteBuffer.allocate(wanted.getLast().end());
        wanted.forEach(piece -> whole.put(piece.position(), piece.bytes()));
        final int skipped = wanted.getFirst().hasInnerOptions() ? 8 : 0;
        final byte[] bytes = new byte[whole.capacity() - skipped];
        whole.get(skipped, bytes);
        final byte[] delivered = bed.delivered();
        if (!Arrays.equals(bytes, delivered)) {
            throw new AssertionError(delivered.length + " bytes are delivered, not those " + bytes.length
                    + "; the first to differ is " + Arrays.mismatch(bytes, delivered));
        }
        final boolean isMarked = wanted.stream().anyMatch(piece -> piece.ecn() == 3);
        final int ecn = isMarked ? 3 : wanted.getFirst().ecn();
        if ((bed.ip.dscpEcn() & 3) != ecn) {
            throw new AssertionError("ECN is " + (bed.ip.dscpEcn() & 3) + ", not " + ecn);
        }
    }

    /** What has to be delivered by this fragment: RFC 791 3.2, RFC 1858 for a TCP header that is cut. */
    private List<Piece> expectIpv4(final int flags, final Piece piece) {
        final int length = piece.bytes().length;
        if (piece.position() == 0 && piece.isLast()) {
            return List.of(piece);
        }
        if (length == 0 || !piece.isLast() && length % 8 != 0 || piece.headersBytes() + piece.end() > MOST_BYTES) {
            return null;
        }
        final long deadlineNs = bed.nowNs + 30 * IpLayerBed.SECOND_NS;
        if (piece.position() == 0 ? length < TCP_BYTES : piece.position() < TCP_BYTES) {
            model.spoil(key(flags), deadlineNs);
            return null;
        }
        return judge(model.add(key(flags), piece, deadlineNs));
    }

    /** RFC 8200 4.5, RFC 6946 for a packet in one fragment, RFC 7112 for headers that are cut. */
    private List<Piece> expectIpv6(final int flags, final Piece piece) {
        final int length = piece.bytes().length;
        final int inner = piece.hasInnerOptions() ? 8 : 0;
        if (piece.position() == 0 && piece.isLast()) {
            return length < inner ? null : List.of(piece);
        }
        if (length == 0 || !piece.isLast() && length % 8 != 0 || piece.headersBytes() + piece.end() > MOST_BYTES) {
            return null;
        }
        final long deadlineNs = bed.nowNs + 60 * IpLayerBed.SECOND_NS;
        if (piece.position() == 0 && length < inner + TCP_BYTES) {
            model.spoil(key(flags), deadlineNs);
            return null;
        }
        return judge(model.add(key(flags), piece, deadlineNs));
    }

    /** RFC 3168 5.3, and the length of the whole with the first fragment's headers. */
    private static List<Piece> judge(final List<Piece> whole) {
        if (whole == null || whole.getFirst().headersBytes() + whole.getLast().end() > MOST_BYTES) {
            return null;
        }
        final long plain = whole.stream().filter(piece -> piece.ecn() == 0).count();
        return plain == 0 || plain == whole.size() ? whole : null;
    }

    /** Family, identification and source: at most four of each source, so that none has to give way. */
    private static int key(final int flags) {
        return flags & 0b1_1101;
    }

    private static byte[] content(
            final int position, final int length, final boolean hasInner, final int packet, final boolean isOther) {
        final byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ((position + i) * 31 + packet * 7 + (isOther ? 101 : 0));
        }
        final int tcp = hasInner ? 8 : 0;
        if (hasInner) {
            final byte[] options = {TCP, 0, 1, 4, 0, 0, 0, 0};
            System.arraycopy(options, 0, bytes, 0, Math.min(8, length));
        }
        if (position == 0 && length > tcp + 12) {
            bytes[tcp + 12] = 0x50;
        }
        return bytes;
    }

    private static byte[] frame(final boolean isIpv6, final byte[] packet) {
        final ByteBuffer frame = ByteBuffer.allocate(14 + packet.length);
        frame.putShort((short) (IpLayerBed.MAC >>> 32)).putInt((int) IpLayerBed.MAC);
        frame.putShort((short) 0x0200).putInt(2).putShort((short) (isIpv6 ? 0x86DD : 0x0800));
        frame.put(packet);
        return bytes(frame);
    }

    private static byte[] ipv4(final int flags, final Piece piece) {
        final int header = piece.headersBytes();
        final ByteBuffer packet = ByteBuffer.allocate(header + piece.bytes().length);
        packet.put((byte) (0x40 | header / 4)).put((byte) piece.ecn()).putShort((short) packet.capacity());
        packet.putShort((short) (flags >> 2 & 3));
        packet.putShort((short) (piece.position() / 8 | (piece.isLast() ? 0 : 0x2000)));
        packet.put((byte) 64).put((byte) TCP).putShort((short) 0);
        packet.putInt(0x0A4D_0002 + (flags >> 4 & 1)).putInt(0x0A4D_0001);
        while (packet.position() < header) {
            packet.put((byte) 1);
        }
        return bytes(packet.put(piece.bytes()));
    }

    private static byte[] ipv6(final int flags, final Piece piece) {
        final int options = piece.headersBytes();
        final ByteBuffer packet = ByteBuffer.allocate(40 + options + 8 + piece.bytes().length);
        packet.putInt(0x6000_0000 | piece.ecn() << 20).putShort((short) (packet.capacity() - 40));
        packet.put((byte) (options == 0 ? FRAGMENT : OPTIONS)).put((byte) 64);
        packet.putLong(IpLayerBed.NETWORK_HI).putLong(2 + (flags >> 4 & 1));
        packet.putLong(IpLayerBed.NETWORK_HI).putLong(1);
        if (options > 0) {
            packet.put((byte) FRAGMENT).put((byte) (options / 8 - 1));
            packet.put((byte) 1).put((byte) (options - 4)).put(new byte[options - 4]);
        }
        packet.put((byte) (piece.hasInnerOptions() ? OPTIONS : TCP)).put((byte) 0);
        packet.putShort((short) (piece.position() | (piece.isLast() ? 0 : 1))).putInt(flags >> 2 & 3);
        return bytes(packet.put(piece.bytes()));
    }

    @SuppressWarnings("ByteBufferBackingArray") // Each is allocated here.
    private static byte[] bytes(final ByteBuffer buffer) {
        return buffer.array();
    }
}
