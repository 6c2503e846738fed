package org.pno.fuzz;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.pno.port.FaultPort;
import org.pno.port.FaultSpec;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.SoftwareOffload;
import org.pno.port.pcap.FrameEnds;
import org.pno.sim.MemoryPort;
import org.pno.wire.ArpPacket;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Icmpv4Header;
import org.pno.wire.Ipv4Header;
import org.pno.wire.TcpHeader;
import org.pno.wire.TcpOptions;
import org.pno.wire.VirtioNetHeader;

/**
 * One frame with its marks, ten bytes of a virtio-net header before it: read by the flyweights, in memory that ends
 * with it, so that a look beyond is an exception; then sent and received through software offload, which must lose no
 * frame of its pools.
 */
public final class FrameTarget {
    private static final int FRAMES = 128;
    private static final int LIMIT = 64;

    private FrameTarget() {}

    /** Jazzer's entry. */
    public static void fuzzerTestOneInput(final byte[] data) {
        if (data.length <= VirtioNetHeader.BYTES || data.length > FramePool.MAX_FRAME_BYTES) {
            return;
        }
        read(Arrays.copyOfRange(data, VirtioNetHeader.BYTES, data.length));
        offload(data);
    }

    private static void read(final byte[] frame) {
        final MemorySegment memory = MemorySegment.ofArray(frame);
        final FrameEnds ends = new FrameEnds().read(memory, 0, frame.length);
        if (ends.isTcp() && TcpHeader.validate(memory, ends.transport(), ends.transportLength()) == null) {
            final TcpHeader tcp = new TcpHeader().wrap(memory, ends.transport());
            new TcpOptions().parse(memory, tcp.optionsOffset(), tcp.optionsLength());
        }
        if (EthernetHeader.validate(frame.length) == null) {
            final int rest = frame.length - EthernetHeader.BYTES;
            ArpPacket.validate(memory, EthernetHeader.BYTES, rest);
            if (Ipv4Header.validate(memory, EthernetHeader.BYTES, rest) == null) {
                final Ipv4Header ip = new Ipv4Header().wrap(memory, EthernetHeader.BYTES);
                Icmpv4Header.validate(memory, ip.payloadOffset(), ip.payloadLength(), false);
            }
        }
    }

    private static void offload(final byte[] marked) {
        final MemoryPort[] wire = MemoryPort.pair(FRAMES);
        final PacketPort port =
                SoftwareOffload.complete(new FaultPort(wire[0], FaultSpec.parse("loss=0,seed=1"), () -> 1));
        port.transmit(put(port.pool(), marked), marked.length - VirtioNetHeader.BYTES);
        port.flush();
        drain(wire[1]);
        wire[1].transmit(put(wire[1].pool(), marked), marked.length - VirtioNetHeader.BYTES);
        drain(port);
        port.close();
        requireAll(port.pool());
        requireAll(wire[1].pool());
    }

    private static long put(final FramePool pool, final byte[] marked) {
        final long frame = pool.allocate();
        MemorySegment.copy(
                marked, 0, pool.memory(), ValueLayout.JAVA_BYTE, frame - VirtioNetHeader.BYTES, marked.length);
        return frame;
    }

    private static void drain(final PacketPort port) {
        int received = LIMIT;
        for (int i = 0; received > 0 && i < LIMIT; i++) {
            received = port.receive((frame, length) -> port.pool().release(frame), LIMIT);
        }
    }

    private static void requireAll(final FramePool pool) {
        if (pool.available() != FRAMES) {
            throw new AssertionError(pool.available() + " of " + FRAMES + " frames are back");
        }
    }
}
