package org.pno.bridge;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.UnaryOperator;
import org.pno.bridge.BridgeFixture.Network;
import org.pno.port.FramePool;
import org.pno.sim.Bus;
import org.pno.sim.SimulatedHost;
import org.pno.stack.ConnectionInfo;
import org.pno.wire.BigEndian;
import org.pno.wire.Checksum;
import org.pno.wire.EthernetHeader;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv4Header;
import org.pno.wire.Ipv6Header;
import org.pno.wire.TcpHeader;
import org.pno.wire.VirtioNetHeader;

/**
 * Frames for a whole DPU that has a listener and a connection: port, stack, TCP, bridge. Input: pieces of control byte,
 * length (u8, times 4), frame. The control byte says what is put right before it is sent, so that more than checksums
 * is tried. Nothing may throw, and what the host has is not touched.
 */
public final class WireTarget {
    private static final int CHECKSUM_IS_GOOD = 1;
    private static final int FIX_IP_CHECKSUM = 2;
    private static final int OF_THE_CONNECTION = 4;
    private static final int IN_THE_WINDOW = 8;
    private static final int TIME_PASSES = 16;
    private static final long TIMER_NS = 300_000_000L;
    private static final int MAX_PIECES = 16;
    private static final int LENGTH_UNIT = 4;
    private static final int HEADERS = EthernetHeader.BYTES + Ipv4Header.MIN_BYTES + TcpHeader.MIN_BYTES;
    private static final int HEADERS_IPV6 = EthernetHeader.BYTES + Ipv6Header.BYTES + TcpHeader.MIN_BYTES;

    private WireTarget() {}

    /** Jazzer's entry. */
    public static void fuzzerTestOneInput(final byte[] data) {
        play(data, Network.IPV4);
    }

    static void play(final byte[] data, final Network network) {
        try (BridgeFixture fixture =
                new BridgeFixture(Bus.MAPPED, SimulatedHost.smallGeometry(), null, network, UnaryOperator.identity())) {
            fixture.acceptedPair();
            final MemorySegment memory = MemorySegment.ofArray(data);
            int at = 0;
            for (int piece = 0; piece < MAX_PIECES && at + 2 < data.length; piece++) {
                final int control = data[at];
                final int length = Math.min((data[at + 1] & 0xFF) * LENGTH_UNIT, data.length - at - 2);
                send(fixture, control, memory.asSlice(at + 2, length));
                fixture.steps(3);
                if ((control & TIME_PASSES) != 0) {
                    fixture.clock.advance(TIMER_NS);
                    fixture.steps(3);
                }
                at += 2 + length;
            }
            fixture.steps(10);
            check(fixture);
        }
    }

    private static void send(final BridgeFixture fixture, final int control, final MemorySegment bytes) {
        final FramePool pool = fixture.peerPort.pool();
        final long frame = pool.allocate();
        final int length = (int) bytes.byteSize();
        final MemorySegment memory = pool.memory();
        MemorySegment.copy(bytes, 0, memory, frame, length);
        new VirtioNetHeader()
                .wrap(memory, frame - VirtioNetHeader.BYTES)
                .clear()
                .flags((control & CHECKSUM_IS_GOOD) != 0 ? VirtioNetHeader.DATA_VALID : 0);
        if ((control & OF_THE_CONNECTION) != 0 && length >= HEADERS) {
            address(fixture, control, memory, frame, length);
        }
        if ((control & FIX_IP_CHECKSUM) != 0 && length >= HEADERS && isIpv4(memory, frame)) {
            final long packet = frame + EthernetHeader.BYTES;
            BigEndian.u16(memory, packet + 10, 0);
            final int headerLength = Math.min((memory.get(ValueLayout.JAVA_BYTE, packet) & 0xF) << 2, length - 14);
            BigEndian.u16(memory, packet + 10, Checksum.finish(Checksum.sum(memory, packet, headerLength)));
        }
        fixture.peerPort.transmit(frame, length);
    }

    private static boolean isIpv4(final MemorySegment memory, final long frame) {
        return new EthernetHeader().wrap(memory, frame).etherType() == EthernetHeader.ETHERTYPE_IPV4;
    }

    /** Makes the frame one of the connection's, as far as its addresses, ports and, if wanted, its window go. */
    private static void address(
            final BridgeFixture fixture,
            final int control,
            final MemorySegment memory,
            final long frame,
            final int length) {
        final ConnectionInfo info = new ConnectionInfo();
        final int[] number = {-1};
        fixture.dpu.bridge.stack().forEachConnection(one -> number[0] = one);
        if (number[0] < 0) {
            return;
        }
        fixture.dpu.bridge.stack().describe(number[0], info);
        final boolean isIpv4 = IpAddress.isIpv4(info.remoteHi, info.remoteLo);
        if (!isIpv4 && length < HEADERS_IPV6) {
            return;
        }
        final EthernetHeader ethernet = new EthernetHeader().wrap(memory, frame);
        ethernet.destination(fixture.port.macAddress());
        final long packet = frame + EthernetHeader.BYTES;
        final long tcp = isIpv4
                ? addressIpv4(ethernet, info, memory, packet, length)
                : addressIpv6(ethernet, info, memory, packet, length);
        BigEndian.u16(memory, tcp, info.remotePort);
        BigEndian.u16(memory, tcp + 2, info.localPort);
        if ((control & IN_THE_WINDOW) != 0) {
            final var connection = fixture.dpu.bridge.stack().tcp().connection(number[0]);
            final int nudge = BigEndian.u16(memory, tcp + 4) % 64;
            BigEndian.i32(memory, tcp + 4, connection.initialReceiveSequence() + 1 + (int) info.rcvNxt + nudge - 4);
            BigEndian.i32(memory, tcp + 8, connection.initialSendSequence() + 1 + (int) info.sndNxt);
        }
    }

    private static long addressIpv4(
            final EthernetHeader ethernet,
            final ConnectionInfo info,
            final MemorySegment memory,
            final long packet,
            final int length) {
        ethernet.etherType(EthernetHeader.ETHERTYPE_IPV4);
        BigEndian.u8(memory, packet, 0x45);
        BigEndian.u16(memory, packet + 2, length - EthernetHeader.BYTES);
        BigEndian.u16(memory, packet + 6, 0);
        BigEndian.u8(memory, packet + 9, Ipv4Header.PROTOCOL_TCP);
        BigEndian.i32(memory, packet + 12, (int) info.remoteLo);
        BigEndian.i32(memory, packet + 16, (int) info.localLo);
        return packet + Ipv4Header.MIN_BYTES;
    }

    /** Extension headers stay where the frame has them right behind the IPv6 header, of eight bytes each. */
    private static long addressIpv6(
            final EthernetHeader ethernet,
            final ConnectionInfo info,
            final MemorySegment memory,
            final long packet,
            final int length) {
        ethernet.etherType(EthernetHeader.ETHERTYPE_IPV6);
        BigEndian.u8(memory, packet, 0x60);
        BigEndian.u16(memory, packet + 4, length - EthernetHeader.BYTES - Ipv6Header.BYTES);
        BigEndian.i64(memory, packet + 8, info.remoteHi);
        BigEndian.i64(memory, packet + 16, info.remoteLo);
        BigEndian.i64(memory, packet + 24, info.localHi);
        BigEndian.i64(memory, packet + 32, info.localLo);
        long field = packet + 6;
        long next = packet + Ipv6Header.BYTES;
        while (isExtension(BigEndian.u8(memory, field)) && next + 8 + TcpHeader.MIN_BYTES < packet + length - 14) {
            field = next;
            next += 8;
        }
        BigEndian.u8(memory, field, Ipv6Header.PROTOCOL_TCP);
        return next;
    }

    private static boolean isExtension(final int protocol) {
        return protocol == 0 || protocol == 43 || protocol == 44 || protocol == 60;
    }

    private static void check(final BridgeFixture fixture) {
        if (!fixture.dpu.fenced.isEmpty()) {
            throw new AssertionError("a frame has cost a host its arena: "
                    + fixture.dpu.fenced.getFirst().fence());
        }
        final ConnectionInfo info = new ConnectionInfo();
        fixture.dpu.bridge.stack().forEachConnection(number -> {
            fixture.dpu.bridge.stack().describe(number, info);
            if (info.sndUna > info.sndNxt || info.rcvNxt > info.rcvEdge + 1) {
                throw new AssertionError("UNA " + info.sndUna + " NXT " + info.sndNxt + " RCV.NXT " + info.rcvNxt
                        + " edge " + info.rcvEdge);
            }
        });
        final FramePool pool = fixture.port.pool();
        if (pool.available() < pool.capacity() / 2) {
            throw new AssertionError(pool.available() + " frames are left of " + pool.capacity());
        }
    }
}
