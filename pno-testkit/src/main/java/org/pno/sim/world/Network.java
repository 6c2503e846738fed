package org.pno.sim.world;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.pno.port.pcap.PcapngWriter;
import org.pno.wire.EthernetHeader;
import org.pno.wire.MacAddress;
import org.pno.wire.VirtioNetHeader;

/**
 * The switch that joins all nodes, and what happens between each two of them. Frames are copied when they are sent and
 * lie here until it is time to deliver them. Faults are drawn from the seed, frame by frame.
 */
public final class Network {
    static final long NEVER = Long.MAX_VALUE;

    private static final int FLIGHTS = 8_192;
    /** RFC 8200 5: no link that carries IPv6 is narrower. */
    private static final int LEAST_MTU_IPV6 = 1_280;

    private final SplittableRandom random;
    private final NetworkPort[] ports;
    private final Path[][] paths;
    private final WireObserver observer;
    private final PriorityQueue<Flight> flights = new PriorityQueue<>();
    private final ArrayDeque<Flight> spare;
    private final FrameView view = new FrameView();
    private final FrameView flown = new FrameView();
    private final VirtioNetHeader marks = new VirtioNetHeader();
    private PcapngWriter capture;
    private final PathCutter cutter;
    private final Lane lane = new Lane();
    private long numbers;
    private long nowNs;
    private long lost;

    /** One direction between two nodes. */
    private static final class Path {
        private final PathFaults faults = new PathFaults();
        private boolean isBad;
        private long freeAtNs;
    }

    /** @param spare flights of earlier runs, to be used again */
    Network(
            final SplittableRandom random,
            final int nodes,
            final WireObserver observer,
            final PathCutter cutter,
            final ArrayDeque<Flight> spare) {
        this.cutter = cutter;
        this.random = random;
        this.observer = observer;
        this.spare = spare;
        ports = new NetworkPort[nodes];
        paths = new Path[nodes][nodes];
        for (int from = 0; from < nodes; from++) {
            for (int to = 0; to < nodes; to++) {
                paths[from][to] = new Path();
            }
        }
    }

    void attach(final int node, final NetworkPort port) {
        ports[node] = port;
    }

    void capture(final PcapngWriter writer) {
        capture = writer;
        for (int node = 0; node < ports.length; node++) {
            capture.addInterface("node" + node);
        }
    }

    /** What happens between two nodes, in one direction. */
    PathFaults faults(final int from, final int to) {
        return paths[from][to].faults;
    }

    void heal() {
        for (final Path[] row : paths) {
            for (final Path path : row) {
                path.faults.heal();
                path.isBad = false;
                path.freeAtNs = 0;
            }
        }
    }

    void now(final long timeNs) {
        nowNs = timeNs;
    }

    long lostFrames() {
        return lost;
    }

    /** A node sends a frame, its marks before it. */
    void transmit(final int from, final MemorySegment memory, final long frame, final int length) {
        view.wrap(memory, frame, length);
        if (capture != null) {
            capture.write(from, nowNs, memory, frame, length, PcapngWriter.Direction.OUTBOUND);
        }
        observer.onSent(from, view);
        final long destination = view.ethernet.destination();
        if (MacAddress.isMulticast(destination)) {
            for (int to = 0; to < ports.length; to++) {
                if (to != from) {
                    send(from, to, memory, frame, length);
                }
            }
            return;
        }
        final int to = Addresses.nodeOfMac(destination);
        if (to >= 0 && to < ports.length && to != from) {
            send(from, to, memory, frame, length);
        }
    }

    private boolean happens(final double chance) {
        return chance > 0 && random.nextDouble() < chance;
    }

    private void send(final int from, final int to, final MemorySegment memory, final long frame, final int length) {
        final Path path = paths[from][to];
        final PathFaults faults = path.faults;
        marks.wrap(memory, frame - VirtioNetHeader.BYTES);
        if (isTooLong(faults, length)) {
            lost++;
            if (faults.tellsMtu) {
                tellMtu(from, mtuBytes(faults), memory, frame);
            }
            return;
        }
        if (faults.isCut || happens(faults.lossChance) || isLostInBurst(path)) {
            lost++;
            return;
        }
        final long queued = queue(path, length);
        if (queued < 0) {
            lost++;
            return;
        }
        final boolean isMarked = queued > faults.markBytes;
        fly(to, memory, frame, length, faults, path.freeAtNs, isMarked);
        if (happens(faults.duplicateChance)) {
            fly(to, memory, frame, length, faults, path.freeAtNs, isMarked);
        }
    }

    private boolean isTooLong(final PathFaults faults, final int length) {
        if (faults.mtuBytes == 0 || !view.isIp()) {
            return false;
        }
        final int packet = marks.isSegmented()
                ? marks.headerLength() - EthernetHeader.BYTES + marks.gsoSizeBytes()
                : length - EthernetHeader.BYTES;
        return packet > mtuBytes(faults);
    }

    private int mtuBytes(final PathFaults faults) {
        return view.isIpv6() ? Math.max(faults.mtuBytes, LEAST_MTU_IPV6) : faults.mtuBytes;
    }

    private boolean isLostInBurst(final Path path) {
        final PathFaults faults = path.faults;
        if (path.isBad ? happens(faults.burstEndChance) : happens(faults.burstBeginChance)) {
            path.isBad = !path.isBad;
        }
        return path.isBad && happens(faults.burstLossChance);
    }

    /** Bytes in the queue before this frame, which joins it; -1 if it finds no room. */
    private long queue(final Path path, final int length) {
        final PathFaults faults = path.faults;
        if (faults.bitsPerSecond == 0) {
            path.freeAtNs = nowNs;
            return 0;
        }
        final long waitNs = Math.max(0, path.freeAtNs - nowNs);
        final long queued = (long) (waitNs * (faults.bitsPerSecond / 8e9));
        if (queued + length > faults.queueBytes) {
            return -1;
        }
        path.freeAtNs = nowNs + waitNs + (long) (length * 8e9 / faults.bitsPerSecond);
        return queued;
    }

    private void fly(
            final int to,
            final MemorySegment memory,
            final long frame,
            final int length,
            final PathFaults faults,
            final long departsNs,
            final boolean isCongested) {
        if (flights.size() >= FLIGHTS) {
            lost++;
            return;
        }
        final Flight flight = take();
        flight.copy(memory, frame, length, true);
        if (isCongested) {
            markCongestion(flight);
        }
        if (view.isIp() && marks.flags() == 0 && happens(faults.corruptChance)) {
            corrupt(flight);
        }
        final long jitterNs = faults.jitterNs > 0 ? random.nextLong(faults.jitterNs) : 0;
        final long heldNs = happens(faults.reorderChance) ? random.nextLong(1 + faults.reorderNs) : 0;
        final long dueNs = departsNs + faults.delayNs + jitterNs + heldNs;
        lane.to = to;
        if (cutter.cut(flight, faults, dueNs, lane)) {
            spare.push(flight);
        } else {
            launch(flight, to, dueNs);
        }
    }

    /** The way of fragments to a node. */
    private final class Lane implements PathCutter.Launcher {
        private int to;

        @Override
        public Flight take() {
            return Network.this.take();
        }

        @Override
        public void launch(final Flight fragment, final long dueNs) {
            Network.this.launch(fragment, to, dueNs);
        }
    }

    /** What cuts packets on all paths. */
    PathCutter cutter() {
        return cutter;
    }

    private Flight take() {
        return spare.isEmpty() ? new Flight() : spare.pop();
    }

    private void launch(final Flight flight, final int to, final long dueNs) {
        flight.node = to;
        flight.dueNs = dueNs;
        flight.number = numbers++;
        flights.add(flight);
    }

    /** RFC 3168 5: a packet of a transport that can be told is marked rather than dropped. */
    private void markCongestion(final Flight flight) {
        if (view.isTcp() && (view.dscpEcn() & FrameView.CONGESTION_EXPERIENCED) != 0) {
            flown.wrap(flight.memory, Flight.FRAME, flight.length).markCongestion();
        }
    }

    private void corrupt(final Flight flight) {
        final int behindHeader = random.nextInt(flight.length - EthernetHeader.BYTES);
        final long victim = (long) Flight.FRAME + EthernetHeader.BYTES + behindHeader;
        final byte was = flight.memory.get(ValueLayout.JAVA_BYTE, victim);
        flight.memory.set(ValueLayout.JAVA_BYTE, victim, (byte) (was ^ 1 << random.nextInt(8)));
        flight.isCorrupt = !view.isIpv6() || !isUncovered(behindHeader);
    }

    /** No checksum covers these bytes of an IPv6 header: traffic class, flow label and hop limit. */
    private static boolean isUncovered(final int offset) {
        return offset <= 3 || offset == 7;
    }

    private void tellMtu(final int to, final int mtuBytes, final MemorySegment memory, final long frame) {
        final Flight flight = take();
        RouterVoice.tooBig(flight, to, mtuBytes, view.isIpv6(), memory, frame);
        launch(flight, to, nowNs + paths[to][to].faults.delayNs);
    }

    /** Hands a frame to a node as it is, whoever its addresses name: what an attacker on the same wire can do. */
    void inject(final int to, final MemorySegment memory, final long frame, final int length) {
        if (flights.size() >= FLIGHTS) {
            return;
        }
        final Flight flight = take();
        flight.copy(memory, frame, length, false);
        flight.isCorrupt = true; // The observer is not to believe it.
        if (capture != null) {
            capture.write(to, nowNs, memory, frame, length, PcapngWriter.Direction.INBOUND);
        }
        launch(flight, to, nowNs + 1_000);
    }

    /** The same, before anything else that the node gets. */
    void injectNow(final int to, final MemorySegment memory, final long frame, final int length) {
        final Flight flight = take();
        flight.copy(memory, frame, length, false);
        flight.isCorrupt = true;
        if (!ports[to].arrive(flight)) {
            spare.push(flight);
        }
    }

    /** When the next frame arrives, or {@link #NEVER}. */
    long nextDeliveryNs() {
        return flights.isEmpty() ? NEVER : flights.peek().dueNs;
    }

    /** Hands over what has arrived by now. */
    void deliver() {
        while (!flights.isEmpty() && flights.peek().dueNs <= nowNs) {
            final Flight flight = flights.poll();
            if (!ports[flight.node].arrive(flight)) {
                lost++;
                spare.push(flight);
            } else if (flight.whole != null) {
                if (flight.whole.complete(flight.piece)) {
                    observer.onDelivered(
                            flight.node, view.wrap(flight.whole.memory, Flight.FRAME, flight.whole.length));
                }
            } else if (!flight.isCorrupt) {
                observer.onDelivered(flight.node, view.wrap(flight.memory, Flight.FRAME, flight.length));
            }
        }
    }

    /** A port has copied a frame. */
    void giveBack(final Flight flight) {
        spare.push(flight);
    }

    /** Frames on their way. */
    int flying() {
        return flights.size();
    }
}
