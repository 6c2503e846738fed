package org.pno.sim.world;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pno.bridge.Holder;
import org.pno.bridge.HostArena;
import org.pno.link.ArenaDescriptor;
import org.pno.link.Fence;
import org.pno.link.ListenerEntry;
import org.pno.link.RecordDescriptor;
import org.pno.link.SubmissionDescriptor;
import org.pno.sim.HostChannel;
import org.pno.sim.HostListener;
import org.pno.sim.HostSocket;
import org.pno.sim.MisbehavingHost;
import org.pno.sim.SimulatedHost;
import org.pno.wire.IpAddress;

/**
 * A process of another user that connects to itself, and then breaks the link's protocol until its arena is given up,
 * or it dies. All others at the node are to notice nothing of it.
 *
 * <pre>
 *   arena ─► channel, LISTEN ─► credits, connect ─► bytes both ways ─► misdeeds ─► dead
 * </pre>
 */
final class Rogue {
    private static final int PORT = 9_000;
    private static final int BACKLOG = 4;
    private static final int CREDITS = 2;
    private static final long TURN_NS = 50_000L;
    /** Turns in which it behaves; then what it has not got by then it goes without. */
    private static final int HONEST_TURNS = 60;

    private static final int MOST_DEEDS = 8;
    private static final long BEYOND = 1L << 40;
    private static final int NO_SUCH_CHUNK = 1 << 20;
    private static final int GENERATION_OF_NOBODY = 77;
    private static final int SCRIBBLES = 20;
    /** More than a channel's ring of events holds. */
    private static final int EVENTS = 4_500;

    private static final long EVENT_NS = 20_000L;

    private final World world;
    private final SimulatedSystem system;
    private final Draw draw;
    private final SimulatedHost host;
    private final MisbehavingHost writes;
    private HostArena arena;
    private Holder holder;
    private HostChannel channel;
    private HostListener listener;
    private boolean isListening;
    private HostSocket client;
    private HostSocket server;
    private int turns;
    private int deeds;
    private int waits;
    private boolean isDead;

    Rogue(final World world, final SimulatedSystem system, final Draw draw) {
        this.world = world;
        this.system = system;
        this.draw = draw;
        host = new SimulatedHost(SimulatedHost.smallGeometry(), system::onRing);
        writes = new MisbehavingHost(host, draw.nextLong());
        deeds = draw.between(1, MOST_DEEDS);
        system.keep(this);
    }

    SimulatedHost host() {
        return host;
    }

    HostArena arena() {
        return arena;
    }

    HostChannel channel() {
        return channel;
    }

    boolean isDead() {
        return isDead;
    }

    /** Its arena is offered to the DPU. */
    void begin() {
        system.admit(this);
        next(TURN_NS);
    }

    void accepted(final HostArena own, final Holder slot) {
        arena = own;
        holder = slot;
    }

    private void next(final long afterNs) {
        world.at(world.nowNs() + afterNs, this::turn);
    }

    private void turn() {
        if (arena == null) {
            next(TURN_NS);
        } else if (turns++ < HONEST_TURNS) {
            behave();
            next(TURN_NS);
        } else if (waits > 0) {
            waits--;
            fillEvents();
            next(EVENT_NS);
        } else if (deeds > 0 && arena.fence() == Fence.NONE) {
            deeds--;
            misbehave();
            next(TURN_NS);
        } else {
            die();
        }
    }

    private void behave() {
        if (channel == null) {
            channel = host.openChannel();
            system.attach(this);
            listener = new HostListener(host, channel);
            system.listen(arena, listener, PORT, BACKLOG, errno -> isListening = errno == 0);
            return;
        }
        channel.poll();
        if (isListening && client == null) {
            listener.postCredits(CREDITS);
            client = host.takeRecord(channel);
            final IpAddress own = Addresses.of(system.node(), false);
            client.connect(own.hi(), own.lo(), 0, own.hi(), own.lo(), PORT);
        }
        if (isListening && server == null) {
            server = listener.acceptWithoutCredit();
        }
        if (server != null) {
            exchange(client, server);
            exchange(server, client);
        }
    }

    private static void exchange(final HostSocket from, final HostSocket to) {
        from.send(new byte[100], 0, 100);
        to.receive(1_000);
    }

    private void misbehave() {
        final HostSocket own = server != null ? server : listener.socket();
        switch (draw.below(8)) {
            case 0 -> word(own, RecordDescriptor.TX_WRITTEN_OFFSET, BEYOND);
            case 1 -> word(own, RecordDescriptor.RX_READ_OFFSET, BEYOND);
            case 2 -> writeWithoutChunk(own);
            case 3 -> offerNobody();
            case 4 -> word(own, RecordDescriptor.EV_CHANNEL_OFFSET, 99 | (long) own.generation() << Integer.SIZE);
            case 5 -> waits = EVENTS;
            default -> {
                for (int i = 0; i < SCRIBBLES; i++) {
                    writes.scribble();
                }
                own.submit(SubmissionDescriptor.FLAG_HOST_LINE | SubmissionDescriptor.FLAG_OPTIONS);
            }
        }
    }

    private void word(final HostSocket socket, final int offset, final long value) {
        writes.recordWord(socket.record(), offset, value);
        submit(socket, SubmissionDescriptor.FLAG_HOST_LINE);
    }

    private void submit(final HostSocket socket, final int flags) {
        writes.submission(0)
                .socket(socket.record(), socket.generation())
                .positions(0, 0)
                .txChunk(RecordDescriptor.NO_CHUNK)
                .flags(flags);
        writes.submit(0);
        system.onRing();
    }

    /** Bytes that stand in a chunk which does not exist: what the stack sends of them finds no socket any more. */
    private void writeWithoutChunk(final HostSocket socket) {
        for (int entry = 0; entry < Long.SIZE; entry++) {
            writes.txMap(socket.record(), entry, NO_SUCH_CHUNK);
        }
        word(socket, RecordDescriptor.TX_WRITTEN_OFFSET, socket.txWritten() + ArenaDescriptor.CHUNK_BYTES);
    }

    /** A credit for a record that nobody has taken. */
    private void offerNobody() {
        if (isListening && listener.socket().sendRoom() >= ListenerEntry.BYTES) {
            final byte[] entry = new byte[ListenerEntry.BYTES];
            MemorySegment.ofArray(entry)
                    .set(
                            ValueLayout.JAVA_LONG_UNALIGNED,
                            0,
                            ListenerEntry.encode(host.geometry().recordCount() - 1, GENERATION_OF_NOBODY));
            listener.socket().send(entry, 0, entry.length);
        }
    }

    /** Asks for an event that is due already, and looks at none: the ring fills up, and the DPU owes the rest. */
    private void fillEvents() {
        for (final HostSocket socket : new HostSocket[] {client, server}) {
            if (socket != null && arena.fence() == Fence.NONE) {
                word(socket, RecordDescriptor.TX_WAIT_OFFSET, 1);
            }
        }
    }

    private void die() {
        isDead = true;
        system.bury(arena, channel, holder);
    }
}
