package org.pno.bridge;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pno.bridge.BridgeFixture.Bus;
import org.pno.port.FramePool;
import org.pno.stack.ConnectionInfo;
import org.pno.wire.BigEndian;
import org.pno.wire.Checksum;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Ipv4Header;
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

    private WireTarget() {}

    /** Jazzer's entry. */
    public static void fuzzerTestOneInput(final byte[] data) {
        try (BridgeFixture fixture = new BridgeFixture(Bus.MAPPED)) {
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
        if ((control & FIX_IP_CHECKSUM) != 0 && length >= HEADERS) {
            final long packet = frame + EthernetHeader.BYTES;
            BigEndian.u16(memory, packet + 10, 0);
            final int headerLength = Math.min((memory.get(ValueLayout.JAVA_BYTE, packet) & 0xF) << 2, length - 14);
            BigEndian.u16(memory, packet + 10, Checksum.finish(Checksum.sum(memory, packet, headerLength)));
        }
        fixture.peerPort.transmit(frame, length);
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
        final EthernetHeader ethernet = new EthernetHeader().wrap(memory, frame);
        ethernet.destination(fixture.port.macAddress()).etherType(EthernetHeader.ETHERTYPE_IPV4);
        final long packet = frame + EthernetHeader.BYTES;
        BigEndian.u8(memory, packet, 0x45);
        BigEndian.u16(memory, packet + 2, length - EthernetHeader.BYTES);
        BigEndian.u16(memory, packet + 6, 0);
        BigEndian.u8(memory, packet + 9, Ipv4Header.PROTOCOL_TCP);
        BigEndian.i32(memory, packet + 12, (int) info.remoteLo);
        BigEndian.i32(memory, packet + 16, (int) info.localLo);
        final long tcp = packet + Ipv4Header.MIN_BYTES;
        BigEndian.u16(memory, tcp, info.remotePort);
        BigEndian.u16(memory, tcp + 2, info.localPort);
        if ((control & IN_THE_WINDOW) != 0) {
            final var connection = fixture.dpu.bridge.stack().tcp().connection(number[0]);
            final int nudge = BigEndian.u16(memory, tcp + 4) % 64;
            BigEndian.i32(memory, tcp + 4, connection.initialReceiveSequence() + 1 + (int) info.rcvNxt + nudge - 4);
            BigEndian.i32(memory, tcp + 8, connection.initialSendSequence() + 1 + (int) info.sndNxt);
        }
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
