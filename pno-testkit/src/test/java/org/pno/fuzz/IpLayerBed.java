package org.pno.fuzz;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.pno.counters.Counters;
import org.pno.ip.FrameOutput;
import org.pno.ip.IpCounter;
import org.pno.ip.IpLayer;
import org.pno.ip.IpSettings;
import org.pno.ip.NeighbourListener;
import org.pno.ip.RouteTable;
import org.pno.wire.IpPrefix;
import org.pno.wire.VirtioNetHeader;
import org.pno.wire.WireDrop;

/**
 * An {@link IpLayer} at 10.77.0.1/24 and fd00::1/64 that is not alone on its link, for fuzzing. Keeps the accounts of
 * its frames and of who waits for neighbours. All inputs share its memory, so there is one at a time.
 */
final class IpLayerBed implements FrameOutput, NeighbourListener {
    static final long MAC = 0x0200_0000_0001L;
    static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    /** Bytes before the transport's in the address fd00::, in front of the last byte. */
    static final long NETWORK_HI = 0xFD00_0000_0000_0000L;

    private static final int SLOT = 68 * 1_024;
    private static final int SLOTS = 40;
    private static final int HEADROOM = 64;
    private static final MemorySegment MEMORY = Arena.global().allocate((SLOTS + 1L) * SLOT, 64);

    final IpLayer ip;
    /** Tokens that have to be told of a neighbour. */
    final Set<Integer> waiting = new HashSet<>();

    long nowNs = SECOND_NS;
    long framesSent;
    private final boolean[] taken = new boolean[SLOTS];

    /** A layer whose addresses have been found to be nobody else's. */
    IpLayerBed() {
        final RouteTable routes = new RouteTable();
        routes.addAddress(IpPrefix.parse("10.77.0.1/24"));
        routes.addAddress(IpPrefix.parse("fd00::1/64"));
        final Counters counters = Counters.anonymous(IpCounter.values().length + WireDrop.values().length);
        ip = new IpLayer(
                new IpSettings(MAC, 1_500, routes, 8, 64, 10, 10),
                this,
                this,
                counters.addAll(IpCounter.class),
                counters.addAll(WireDrop.class),
                nowNs);
        ip.start(nowNs);
        for (int i = 0; i < 20; i++) {
            pass(SECOND_NS);
        }
    }

    @Override
    public MemorySegment memory() {
        return MEMORY;
    }

    @Override
    public int frameBytes() {
        return SLOT - HEADROOM;
    }

    @Override
    public long allocate() {
        for (int i = 0; i < SLOTS; i++) {
            if (!taken[i]) {
                taken[i] = true;
                return (i + 1L) * SLOT + HEADROOM;
            }
        }
        return NO_FRAME;
    }

    @Override
    public void release(final long frame) {
        final int slot = (int) ((frame - HEADROOM) / SLOT - 1);
        if ((frame - HEADROOM) % SLOT != 0 || slot < 0 || !taken[slot]) {
            throw new AssertionError("frame " + frame + " is given back, and was not taken");
        }
        taken[slot] = false;
    }

    @Override
    public void transmit(final long frame, final int length) {
        if (length < 14 || length > frameBytes()) {
            throw new AssertionError("a frame of " + length + " bytes is sent");
        }
        framesSent++;
        release(frame);
    }

    @Override
    public void onNeighbour(final int waiter, final boolean reachable) {
        if (!waiting.remove(waiter)) {
            throw new AssertionError("token " + waiter + " does not wait, and is told");
        }
    }

    int framesTaken() {
        int count = 0;
        for (final boolean one : taken) {
            count += one ? 1 : 0;
        }
        return count;
    }

    void pass(final long ns) {
        nowNs += ns;
        ip.poll(nowNs);
    }

    /**
     * A frame arrives.
     *
     * @param isGood true if the port has verified its checksums
     * @return what the layer answers; {@link IpLayer#endFrame} is the caller's
     */
    int receive(final byte[] frame, final boolean isGood) {
        new VirtioNetHeader()
                .wrap(MEMORY, HEADROOM - VirtioNetHeader.BYTES)
                .clear()
                .flags(isGood ? VirtioNetHeader.DATA_VALID : 0);
        MemorySegment.copy(frame, 0, MEMORY, ValueLayout.JAVA_BYTE, HEADROOM, frame.length);
        MEMORY.set(ValueLayout.JAVA_BYTE, HEADROOM + frame.length, (byte) 0xEE);
        return ip.onFrame(HEADROOM, frame.length, nowNs);
    }

    /** The transport's bytes of the packet accepted last; they must lie in one frame. */
    byte[] delivered() {
        final long from = ip.payloadOffset();
        final long to = from + ip.payloadLength();
        if (ip.payloadLength() < 0 || from / SLOT != Math.max(from, to - 1) / SLOT || from < HEADROOM) {
            throw new AssertionError("payload from " + from + ", " + ip.payloadLength() + " bytes");
        }
        return MEMORY.asSlice(from, ip.payloadLength()).toArray(ValueLayout.JAVA_BYTE);
    }

    /** All that was taken is back once everything has had its time. */
    void requireRest() {
        ip.endFrame();
        for (int i = 0; i < 70; i++) {
            pass(SECOND_NS);
        }
        if (framesTaken() != 0) {
            throw new AssertionError(framesTaken() + " frames are kept: " + Arrays.toString(taken));
        }
    }
}
