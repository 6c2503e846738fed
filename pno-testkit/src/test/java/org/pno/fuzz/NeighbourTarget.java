package org.pno.fuzz;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.pno.ip.IpLayer;
import org.pno.wire.IpAddress;

/**
 * ARP, neighbour discovery and ICMP for the IP layer. The first byte says whether frames of any kind come too. Input:
 * pieces of kind, neighbour, station, flags. Whoever waits for a neighbour is told once; no frame is lost; and, unless
 * frames of any kind come, a packet goes only to a station that has claimed its address, by a message that counts.
 */
public final class NeighbourTarget {
    private static final int PIECE_BYTES = 4;
    private static final int MAX_PIECES = 64;
    /** As many as the table has room for: were there more, who asks for the last would not be told. */
    private static final int NEIGHBOURS = 8;

    private static final int ANSWERED = 0x60; // Solicited and override.
    private static final int OVERRIDE = 0x20;
    private static final long[] STATIONS = {
        0x0200_0000_0002L, 0x0200_0000_0003L, 0x0200_0000_0004L, 0x0300_0000_0005L, IpLayerBed.MAC,
    };

    private final IpLayerBed bed = new IpLayerBed();
    private final Neighbour[] neighbours = new Neighbour[2 * NEIGHBOURS];
    private int tokens;

    /** What the stack may believe of one neighbour. */
    private static final class Neighbour {
        private final Set<Long> stations = new HashSet<>();
        /** It may be unknown now, so that an advertisement without the override flag counts. */
        private boolean mayBeUnknown = true;
    }

    private NeighbourTarget() {
        Arrays.setAll(neighbours, any -> new Neighbour());
    }

    /** Jazzer's entry. */
    public static void fuzzerTestOneInput(final byte[] data) {
        if (data.length > 0) {
            new NeighbourTarget().play(ByteBuffer.wrap(data));
        }
    }

    private void play(final ByteBuffer input) {
        final boolean anyFrames = (input.get() & 1) != 0;
        for (int i = 0; i < MAX_PIECES && input.remaining() >= PIECE_BYTES; i++) {
            final int kind = input.get() & 7;
            final int number = Math.floorMod(input.get(), NEIGHBOURS);
            final long station = STATIONS[Math.floorMod(input.get(), STATIONS.length)];
            final int flags = input.get() & 0xFF;
            switch (kind) {
                case 0, 1 -> arp(kind + 1, number, station, flags);
                case 2, 3 -> discovery(kind == 2, number, station, flags);
                case 4, 5 -> open(kind == 5, number, station, flags, anyFrames);
                case 6 -> pass(flags);
                default -> {
                    if (anyFrames) {
                        any(input, flags);
                    } else {
                        confirm(number, flags);
                    }
                }
            }
        }
        bed.requireRest();
        if (!anyFrames && !bed.waiting.isEmpty()) {
            throw new AssertionError("never told: " + bed.waiting);
        }
    }

    private void pass(final int flags) {
        bed.pass(flags * IpLayerBed.SECOND_NS / 8);
        Arrays.stream(neighbours).forEach(one -> one.mayBeUnknown = true);
    }

    private void confirm(final int number, final int flags) {
        final boolean isIpv6 = (flags & 1) != 0;
        bed.ip.confirm(hi(isIpv6), lo(isIpv6, number), bed.nowNs);
    }

    private static long hi(final boolean isIpv6) {
        return isIpv6 ? IpLayerBed.NETWORK_HI : IpAddress.IPV4_HI;
    }

    private static long lo(final boolean isIpv6, final int number) {
        return isIpv6 ? 2 + number : IpAddress.ipv4Lo(0x0A4D_0002 + number);
    }

    /** A packet of ours to a neighbour. */
    private void open(
            final boolean isIpv6, final int number, final long station, final int flags, final boolean anyFrames) {
        final Neighbour neighbour = neighbours[number + (isIpv6 ? NEIGHBOURS : 0)];
        final int token = tokens++;
        bed.waiting.add(token);
        final long frame =
                bed.ip.open(hi(isIpv6), isIpv6 ? 1 : lo(false, -1), hi(isIpv6), lo(isIpv6, number), token, bed.nowNs);
        if (frame == IpLayer.NO_NEIGHBOUR) {
            neighbour.mayBeUnknown = true;
            return;
        }
        bed.waiting.remove(token);
        if (frame < 0) {
            throw new AssertionError("opening a packet answers " + frame);
        }
        final byte[] begun = bed.memory().asSlice(frame, 6).toArray(ValueLayout.JAVA_BYTE);
        final ByteBuffer ethernet = ByteBuffer.wrap(begun);
        final long to =
                (long) ethernet.getShort() << 32 & 0xFFFF_0000_0000L | Integer.toUnsignedLong(ethernet.getInt());
        if (!anyFrames && !neighbour.stations.contains(to)) {
            throw new AssertionError("neighbour " + number + (isIpv6 ? " (IPv6)" : "") + " is thought to be at "
                    + Long.toHexString(to) + ", and was at " + neighbour.stations);
        }
        neighbour.stations.clear();
        neighbour.stations.add(to);
        neighbour.mayBeUnknown = false;
        if ((flags & 1) != 0) {
            bed.ip.finish(frame, 6, 20, 0, IpLayer.DEFAULT_HOPS);
            bed.transmit(frame, (isIpv6 ? 54 : 34) + 20);
        } else {
            bed.release(frame);
        }
    }

    private void claim(final boolean isIpv6, final int number, final long station) {
        if ((station >>> 40 & 1) == 0 && station != IpLayerBed.MAC) {
            neighbours[number + (isIpv6 ? NEIGHBOURS : 0)].stations.add(station);
        }
    }

    private void arp(final int operation, final int number, final long station, final int flags) {
        final ByteBuffer frame = ethernet(42, 0x0806);
        frame.putInt(0x0001_0800).putShort((short) 0x0604).putShort((short) operation);
        mac(frame, station).putInt(0x0A4D_0002 + number);
        mac(frame, (flags & 1) == 0 ? IpLayerBed.MAC : 0).putInt((flags & 2) == 0 ? 0x0A4D_0001 : 0x0A4D_0063);
        claim(false, number, station);
        receive(frame, false);
    }

    /** A solicitation or an advertisement; the flags may take its checksum, its option or its hop limit away. */
    private void discovery(final boolean asks, final int number, final long station, final int flags) {
        final boolean isLocal = (flags & 1) == 0;
        final boolean hasOption = (flags & 2) == 0;
        final boolean isGood = (flags & 4) == 0;
        final ByteBuffer frame = ethernet(hasOption ? 86 : 78, 0x86DD);
        frame.putInt(0x6000_0000).putShort((short) (frame.capacity() - 54)).put((byte) 58);
        frame.put((byte) (isLocal ? 255 : 254));
        frame.putLong(IpLayerBed.NETWORK_HI).putLong(2 + number);
        frame.putLong(IpLayerBed.NETWORK_HI).putLong(1);
        frame.put((byte) (asks ? 135 : 136)).put((byte) 0).putShort((short) 0);
        frame.putInt(asks ? 0 : (flags & ANSWERED) << 24);
        frame.putLong(IpLayerBed.NETWORK_HI).putLong(asks ? 1 : 2 + number);
        if (hasOption) {
            mac(frame.put((byte) (asks ? 1 : 2)).put((byte) 1), station);
        }
        final boolean counts = asks || (flags & OVERRIDE) != 0 || neighbours[number + NEIGHBOURS].mayBeUnknown;
        if (isLocal && isGood && hasOption && counts) {
            claim(true, number, station);
        }
        receive(frame, isGood);
    }

    /** A frame as the input has it, for us. */
    private void any(final ByteBuffer input, final int flags) {
        final byte[] rest = new byte[Math.min(input.remaining(), flags)];
        input.get(rest);
        final int[] types = {0x0800, 0x86DD, 0x0806, 0x86DD};
        final ByteBuffer frame = ethernet(14 + rest.length, types[flags & 3]).put(rest);
        if (rest.length > 40 && (flags & 1) != 0) {
            frame.putShort(18, (short) (rest.length - 40));
            frame.putLong(38, IpLayerBed.NETWORK_HI).putLong(46, 1);
        } else if (rest.length > 20 && (flags & 3) == 0) {
            frame.putShort(16, (short) rest.length).putInt(30, 0x0A4D_0001);
        }
        receive(frame, true);
    }

    @SuppressWarnings("ByteBufferBackingArray") // Each is allocated here.
    private void receive(final ByteBuffer frame, final boolean isGood) {
        if (bed.receive(frame.array(), isGood) == IpLayer.TCP) {
            bed.delivered();
        }
        bed.ip.endFrame();
    }

    private static ByteBuffer ethernet(final int length, final int type) {
        final ByteBuffer frame = mac(ByteBuffer.allocate(length), IpLayerBed.MAC);
        return mac(frame, STATIONS[0]).putShort((short) type);
    }

    private static ByteBuffer mac(final ByteBuffer frame, final long station) {
        return frame.putShort((short) (station >>> 32)).putInt((int) station);
    }
}
