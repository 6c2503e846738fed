package org.pno.sim;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.pno.port.FrameHandler;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortCounters;
import org.pno.wire.BigEndian;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Ipv4Header;
import org.pno.wire.Ipv6Header;
import org.pno.wire.VirtioNetHeader;

/**
 * Puts a path before a port that cuts what is sent: TCP segments leave as IP fragments, out of order and some of them
 * twice. It offers no offloads to who sends, so that {@code SoftwareOffload} above it completes segments before.
 */
public final class FragmentingPort implements PacketPort {
    private static final int FRAGMENT_HEADER_BYTES = 8;
    private static final int FRAGMENT_OFFSET = EthernetHeader.BYTES + 6; // of IPv4: flags and offset
    private static final int DUPLICATES_OF = 8;
    private static final int MAX_PIECES = 64;

    private final PacketPort port;
    private final int pieceBytes;
    private final Random random;
    private final MemorySegment memory;
    private final int[] order = new int[MAX_PIECES];
    private int nextIdentification;

    /**
     * @param port a port without decorators
     * @param pieceBytes a multiple of 8: payload bytes of a fragment
     */
    public FragmentingPort(final PacketPort port, final int pieceBytes, final long seed) {
        this.port = port;
        this.pieceBytes = pieceBytes;
        random = new Random(seed);
        memory = port.pool().memory();
    }

    @Override
    public int capabilities() {
        return port.capabilities() & (RX_CHECKSUM | RX_COALESCING);
    }

    @Override
    public void transmit(final long frame, final int length) {
        final boolean ipv6 = BigEndian.u16(memory, frame + 12) == EthernetHeader.ETHERTYPE_IPV6;
        final int headers = EthernetHeader.BYTES + (ipv6 ? Ipv6Header.BYTES : Ipv4Header.MIN_BYTES);
        if (!isTcp(frame, ipv6) || length - headers <= pieceBytes) {
            port.transmit(frame, length);
            return;
        }
        nextIdentification++;
        final int pieces = (length - headers + pieceBytes - 1) / pieceBytes;
        shuffle(pieces);
        for (int i = 0; i < pieces; i++) {
            send(frame, headers, length - headers, order[i], ipv6);
            if (random.nextInt(DUPLICATES_OF) == 0) {
                send(frame, headers, length - headers, order[random.nextInt(i + 1)], ipv6);
            }
        }
        port.pool().release(frame);
    }

    private boolean isTcp(final long frame, final boolean ipv6) {
        final int type = BigEndian.u16(memory, frame + 12);
        final int protocol = BigEndian.u8(memory, frame + EthernetHeader.BYTES + (ipv6 ? 6 : 9));
        return (ipv6 || type == EthernetHeader.ETHERTYPE_IPV4) && protocol == Ipv4Header.PROTOCOL_TCP;
    }

    private void shuffle(final int pieces) {
        for (int i = 0; i < pieces; i++) {
            final int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
    }

    private void send(final long frame, final int headers, final int payload, final int piece, final boolean ipv6) {
        final long copy = port.pool().allocate();
        if (copy == FramePool.NONE) {
            return; // Lost.
        }
        final int at = piece * pieceBytes;
        final int bytes = Math.min(pieceBytes, payload - at);
        final boolean more = at + bytes < payload;
        final int extra = ipv6 ? FRAGMENT_HEADER_BYTES : 0;
        new VirtioNetHeader().wrap(memory, copy - VirtioNetHeader.BYTES).clear();
        MemorySegment.copy(memory, frame, memory, copy, headers);
        MemorySegment.copy(memory, frame + headers + at, memory, copy + headers + extra, bytes);
        if (ipv6) {
            final Ipv6Header header = new Ipv6Header().wrap(memory, copy + EthernetHeader.BYTES);
            header.nextHeader(Ipv6Header.FRAGMENT).payloadLength(extra + bytes);
            BigEndian.u16(memory, copy + headers, Ipv4Header.PROTOCOL_TCP << 8);
            BigEndian.u16(memory, copy + headers + 2, at | (more ? 1 : 0));
            BigEndian.i32(memory, copy + headers + 4, nextIdentification);
        } else {
            final Ipv4Header header = new Ipv4Header().wrap(memory, copy + EthernetHeader.BYTES);
            BigEndian.u16(memory, copy + FRAGMENT_OFFSET, (more ? Ipv4Header.MORE_FRAGMENTS : 0) | at >>> 3);
            header.identification(nextIdentification & 0xFFFF)
                    .totalLength(Ipv4Header.MIN_BYTES + bytes)
                    .updateChecksum();
        }
        port.transmit(copy, headers + extra + bytes);
    }

    @Override
    public int receive(final FrameHandler handler, final int limit) {
        return port.receive(handler, limit);
    }

    @Override
    public void flush() {
        port.flush();
    }

    @Override
    public String name() {
        return port.name();
    }

    @Override
    public long macAddress() {
        return port.macAddress();
    }

    @Override
    public int mtuBytes() {
        return port.mtuBytes();
    }

    @Override
    public FramePool pool() {
        return port.pool();
    }

    @Override
    public int pollDescriptor() {
        return port.pollDescriptor();
    }

    @Override
    public PortCounters counters() {
        return port.counters();
    }

    @Override
    public void close() {
        port.close();
    }
}
