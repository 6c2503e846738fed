package org.pno.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.ip.FragmentFixture.segment;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Packets cut anyhow, and floods of fragments that fit or do not. */
class FragmentPropertyTest {
    private static final int UNIT = 8;
    /** The first fragment has the TCP header whole. */
    private static final int LEAST_FIRST = 24;

    /** A piece of a packet. */
    private record Piece(int position, int length, boolean more) {}

    private static List<Piece> cut(final int length, final Random random) {
        final List<Piece> pieces = new ArrayList<>();
        final int longest = UNIT + random.nextInt(length);
        int at = 0;
        while (at < length) {
            final int least = at == 0 ? LEAST_FIRST : UNIT;
            final int wanted = Math.max(least, (random.nextInt(longest) + 1) & -UNIT);
            final int bytes = Math.min(wanted, length - at);
            pieces.add(new Piece(at, bytes, at + bytes < length));
            at += bytes;
        }
        return pieces;
    }

    /** However a packet is cut, in whatever order its parts come, some twice: it arrives whole, once. */
    @Property(tries = 300)
    void shouldPutAnyCutTogether(
            @ForAll final boolean ipv6, @ForAll @IntRange(min = 25, max = 20_000) final int length, @ForAll long seed) {
        final Random random = new Random(seed);
        final FragmentFixture net = new FragmentFixture(ipv6);
        final byte[] data = segment(length, seed);
        final List<Piece> pieces = cut(length, random);
        final int first = pieces.getFirst().length();
        if (first == length) { // Not cut at all: cut it behind the least first fragment.
            pieces.clear();
            pieces.add(new Piece(0, LEAST_FIRST, true));
            pieces.add(new Piece(LEAST_FIRST, length - LEAST_FIRST, false));
        }
        final List<Piece> order = new ArrayList<>(pieces);
        Collections.shuffle(order, random);
        final int last = order.size() - 1;
        int answer = IpLayer.NOTHING;
        for (int i = 0; i <= last; i++) {
            assertEquals(IpLayer.NOTHING, answer);
            answer = receive(net, data, order.get(i));
            if (i < last && random.nextInt(4) == 0) {
                assertEquals(IpLayer.NOTHING, receive(net, data, order.get(random.nextInt(i + 1))));
            }
        }
        assertEquals(IpLayer.TCP, answer);
        assertArrayEquals(data, net.arrived);
        assertEquals(0, net.taken());
    }

    private static int receive(final FragmentFixture net, final byte[] data, final Piece piece) {
        return net.receive(data, piece.position(), piece.length(), piece.more());
    }

    /** A part more that overlaps what has come, however little: nothing arrives, and nothing is held. */
    @Property(tries = 300)
    void shouldNeverPutOverlapsTogether(
            @ForAll final boolean ipv6, @ForAll @IntRange(min = 200, max = 4_000) final int length, @ForAll long seed) {
        final Random random = new Random(seed);
        final FragmentFixture net = new FragmentFixture(ipv6);
        final byte[] data = segment(length, seed);
        final int half = (length / 2) & -UNIT;
        final int quarter = (length / 4) & -UNIT;
        final List<Piece> order = new ArrayList<>(List.of(
                new Piece(0, quarter, true),
                new Piece(quarter, half - quarter, true),
                new Piece(half, length - half, false)));
        final int from = LEAST_FIRST + random.nextInt(half - LEAST_FIRST) & -UNIT;
        final int bytes = UNIT + random.nextInt(half) & -UNIT;
        final Piece odd = new Piece(from, Math.min(bytes, (length - from - 1) & -UNIT), true);
        if (order.contains(odd)) {
            return; // An exact duplicate, which is none of this property's.
        }
        order.add(random.nextInt(3), odd);
        for (final Piece piece : order) {
            assertEquals(IpLayer.NOTHING, receive(net, data, piece));
        }
        assertEquals(0, net.taken());
        assertEquals(1, net.count(IpCounter.FRAGMENT_OVERLAP));
    }

    /** Whatever fragments come: never more frames than allowed, and all come back in time. */
    @Property(tries = 100)
    void shouldKeepItsBounds(@ForAll final boolean ipv6, @ForAll final long seed) {
        final Random random = new Random(seed);
        final FragmentFixture net = new FragmentFixture(ipv6);
        final byte[] data = segment(70_000, seed);
        for (int i = 0; i < 500; i++) {
            net.host = 2 + random.nextInt(30);
            net.identification = random.nextInt(4);
            net.protocol = random.nextInt(4) == 0 ? random.nextInt(256) : 6;
            net.dscpEcn = random.nextInt(20) == 0 ? 3 : 2;
            net.hopByHop = random.nextInt(8) == 0;
            final int position = random.nextInt(random.nextInt(8) == 0 ? 65_536 : 2_000) & -UNIT;
            final int length = random.nextInt(4) == 0 ? random.nextInt(1_400) : 40 + random.nextInt(100) & -UNIT;
            net.receive(data, position, length, random.nextInt(4) != 0);
            assertTrue(net.taken() <= FragmentReassembly.MAX_DATAGRAMS);
            if (random.nextInt(50) == 0) {
                net.advance(random.nextLong(20_000_000_000L));
            }
        }
        net.advance(FragmentReassembly.IPV6_TIMEOUT_NS);
        assertEquals(0, net.taken());
        assertTrue(net.mostTaken <= FragmentReassembly.MAX_DATAGRAMS + 1); // One more for an answer.
    }
}
