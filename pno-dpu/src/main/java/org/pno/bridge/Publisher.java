package org.pno.bridge;

import java.util.ArrayDeque;
import org.pno.bridge.BridgeSocket.Publication;
import org.pno.bridge.BridgeSocket.Role;
import org.pno.link.AddressLine;
import org.pno.link.DpuLine;
import org.pno.link.RecordDescriptor;
import org.pno.link.SocketStatus;
import org.pno.stack.Sockets;
import org.pno.wire.IpAddress;

/**
 * Publishes records: takes a snapshot of a socket's levels, sees to it that everything posted before comes before,
 * posts the DPU's words, then the host's event, and when the words are complete tells the stack. A record has one
 * publication under way at a time.
 *
 * <pre>
 *   mark ─► snapshot ─all before─► (rxUrgent) ─► positions, addresses ─(if need be)─► status, answer ─► event
 *                                                                                            └─complete─► published
 * </pre>
 *
 * Where the bus keeps writes in order, each arrow but the last is the order of posting, and all goes in one batch with
 * the data that it tells of; elsewhere each is a ticket.
 */
final class Publisher {
    /** Bytes of the address line that mean something. */
    private static final int ADDRESS_BYTES = RecordDescriptor.ADDRESS_FAMILY + Short.BYTES;

    private final ArrayDeque<BridgeSocket> dirty = new ArrayDeque<>();
    /** Snapshots behind which reads must be complete too: they give bytes back, or the record. */
    private final TicketQueue<BridgeSocket> waiting = new TicketQueue<>();

    /** Snapshots that wait for writes only, and words that must follow other words. */
    private final TicketQueue<BridgeSocket> following = new TicketQueue<>();

    private final TicketQueue<BridgeSocket> positioned = new TicketQueue<>();
    private final TicketQueue<BridgeSocket> told = new TicketQueue<>();
    private final TicketQueue<BridgeSocket> posted = new TicketQueue<>();
    /** Accepted connections whose record is published, so that their listener may tell of them. */
    private final ArrayDeque<BridgeSocket> introduced = new ArrayDeque<>();

    private final TicketQueue<Slot> addressSlots = new TicketQueue<>();
    private final AddressLine address = new AddressLine();
    private final BridgeContext context;
    private final Bus bus;
    private final Sockets stack;
    private final TransmitMaps transmitMaps;
    private final ReceivePath receive;
    private final Channels channels;

    Publisher(
            final BridgeContext context,
            final TransmitMaps transmitMaps,
            final ReceivePath receive,
            final Channels channels) {
        this.context = context;
        this.transmitMaps = transmitMaps;
        this.receive = receive;
        this.channels = channels;
        bus = context.bus();
        stack = context.stack();
    }

    /** Some level of the socket has changed. */
    void mark(final BridgeSocket socket) {
        if (!socket.isDirty) {
            socket.isDirty = true;
            dirty.add(socket);
        }
    }

    /** Takes snapshots of what has changed. What is posted later does not belong to them. */
    boolean collect() {
        boolean moved = false;
        for (BridgeSocket socket = dirty.poll(); socket != null; socket = dirty.poll()) {
            // One with a publication under way stays marked and is taken up when that is complete.
            if (socket.publication == Publication.NONE) {
                snapshot(socket);
                moved = true;
            }
        }
        return moved;
    }

    private void snapshot(final BridgeSocket socket) {
        socket.isDirty = false;
        if (!socket.arena.isLive() || socket.role == Role.FREE || socket.role == Role.CREDIT) {
            return;
        }
        takeLevels(socket);
        if (socket.isClosed && canBeFree(socket)) {
            socket.isEnding = true;
        } else if (!differs(socket)) {
            return;
        }
        socket.publication = Publication.WAITING;
        (mustSeeReads(socket) ? waiting : following).add(bus.barrier(), socket, 0);
    }

    /** A read is under way whose bytes, or whose record, this publication would give back to the host. */
    private boolean mustSeeReads(final BridgeSocket socket) {
        return socket.isEnding || socket.nextTxAcked != socket.line.txAcked() && socket.payloadTicket > bus.completed();
    }

    private void takeLevels(final BridgeSocket socket) {
        if (socket.role == Role.LISTENER) {
            final ListenerSide side = socket.listenerSide;
            socket.nextTxAcked = side.creditsTaken;
            socket.nextRxCommitted = side.entriesWritten;
            socket.nextStatus = SocketStatus.encode(SocketStatus.LISTENING, 0, socket.generation);
        } else if (socket.connection != BridgeSocket.NONE) {
            takeConnection(socket);
        }
    }

    /** Takes a connection's levels; for the last time when the stack is about to forget it. */
    void takeConnection(final BridgeSocket socket) {
        final int connection = socket.connection;
        socket.levelsTicket = bus.barrier();
        if (socket.deferredFrames == 0) {
            // Reads of bytes below it were posted before the snapshot; those still to come hold it back.
            socket.nextTxAcked = stack.txAcked(connection);
        }
        socket.nextTxSent = stack.txSent(connection);
        socket.nextRxCommitted = stack.rxCommittable(connection);
        socket.nextRxFin = stack.finReceived(connection) + 1;
        socket.nextRxUrgent = stack.urgentReceived(connection) + 1
                | (stack.isUrgentByteHere(connection) ? RecordDescriptor.URGENT_HERE : 0);
        final int state = stack.socketState(connection);
        final int error = stack.socketError(connection);
        socket.nextStatus = SocketStatus.encode(state, error, socket.generation);
        if (state != SocketStatus.CONNECTING && socket.isConnecting) {
            socket.isConnecting = false;
            socket.arena.tenant().giveHalfOpen();
            socket.answer = error;
            socket.isAnswerDue = true;
        }
    }

    private boolean canBeFree(final BridgeSocket socket) {
        if (socket.role == Role.LISTENER) {
            final ListenerSide side = socket.listenerSide;
            return side.waiting.isEmpty() && side.entriesToCome == 0 && Credits.areRead(socket);
        }
        return socket.deferredFrames == 0
                && (socket.connection == BridgeSocket.NONE || stack.txDone(socket.connection));
    }

    private static boolean differs(final BridgeSocket socket) {
        final DpuLine line = socket.line;
        return socket.nextStatus != line.status()
                || socket.nextRxCommitted != line.rxCommitted()
                || socket.nextTxAcked != line.txAcked()
                || socket.nextTxSent > line.txSent()
                || socket.nextRxFin != line.rxFin()
                || socket.nextRxUrgent != line.rxUrgent()
                || socket.isAnswerDue
                || socket.isInfoDue;
    }

    /** Takes up what is complete. */
    boolean drain() {
        final long completed = bus.completed();
        boolean moved = tell(); // Before a socket's next publication can begin, whose words are not to be told of yet.
        while (addressSlots.isReady(completed)) {
            context.slots().give(addressSlots.item());
            addressSlots.remove();
        }
        while (posted.isReady(completed)) {
            final BridgeSocket socket = posted.item();
            posted.remove();
            onPosted(socket);
            moved = true;
        }
        while (waiting.isReady(completed)) {
            final BridgeSocket socket = waiting.item();
            waiting.remove();
            if (socket.levelsTicket > completed) {
                waiting.add(socket.levelsTicket, socket, 0); // The stack forgot it meanwhile and left its last levels.
            } else {
                postFirst(socket);
            }
            moved = true;
        }
        while (following.isReady(bus.writtenUpTo())) {
            final BridgeSocket socket = following.item();
            following.remove();
            if (socket.levelsTicket > bus.writtenUpTo() || mustSeeReads(socket)) {
                waiting.add(bus.barrier(), socket, 0);
            } else {
                postFirst(socket);
            }
            moved = true;
        }
        while (positioned.isReady(bus.writtenUpTo())) {
            final BridgeSocket socket = positioned.item();
            positioned.remove();
            if (socket.arena.isLive()) {
                postStatus(socket);
            }
            moved = true;
        }
        return moved | tell();
    }

    private boolean tell() {
        boolean moved = false;
        while (told.isReady(bus.writtenUpTo())) {
            final BridgeSocket socket = told.item();
            told.remove();
            announce(socket);
            moved = true;
        }
        return moved;
    }

    private void postFirst(final BridgeSocket socket) {
        if (socket.arena.isLive() && postUrgent(socket)) {
            following.add(bus.ticket(), socket, 0); // The host must see the mark before bytes that reach beyond it.
        } else if (socket.arena.isLive()) {
            postPositions(socket);
        }
    }

    private static boolean postUrgent(final BridgeSocket socket) {
        if (socket.isEnding || !socket.line.rxUrgent(socket.nextRxUrgent)) {
            return false;
        }
        socket.hasRisen = true;
        return true;
    }

    private void postPositions(final BridgeSocket socket) {
        context.counters().increment(BridgeCounter.PUBLICATIONS);
        final boolean isPosted;
        if (socket.isEnding) {
            end(socket);
            isPosted = true;
        } else {
            isPosted = postLevels(socket) | postAddress(socket) | postInfo(socket);
        }
        // What changes from here on belongs to the next publication.
        socket.postingStatus = socket.nextStatus;
        socket.isAnswerPosting = socket.isAnswerDue;
        socket.isAnswerDue = false;
        final boolean isStatusToCome =
                socket.postingStatus != socket.line.status() || socket.isAnswerPosting || socket.isInfoPosting;
        if (isPosted && isStatusToCome) {
            socket.publication = Publication.POSITIONS;
            positioned.add(bus.ticket(), socket, 0);
        } else if (isStatusToCome) {
            postStatus(socket);
        } else {
            onWords(socket, isPosted ? bus.ticket() : bus.barrier());
        }
    }

    /** All words are posted, with this ticket at the latest. */
    private void onWords(final BridgeSocket socket, final long ticket) {
        socket.publication = Publication.POSTED;
        told.add(ticket, socket, 0);
        posted.add(ticket, socket, 0);
    }

    private boolean postLevels(final BridgeSocket socket) {
        final DpuLine line = socket.line;
        final long ackedBefore = line.txAcked();
        boolean isPosted = false;
        if (line.txAcked(socket.nextTxAcked)) {
            transmitMaps.onAcked(socket, ackedBefore, socket.nextTxAcked);
            isPosted = true;
        }
        isPosted |= line.txSent(socket.nextTxSent);
        if (line.rxCommitted(socket.nextRxCommitted)) {
            socket.raisesReceived = true;
            isPosted = true;
        }
        if (socket.nextRxFin != 0 && line.rxFinAt(socket.nextRxFin - 1)) {
            socket.raisesReceived = true;
            isPosted = true;
        }
        socket.hasRisen |= socket.raisesReceived;
        return isPosted;
    }

    /** The stack is about to forget the connection, which may have been reset before it was published at all. */
    void keepAddresses(final BridgeSocket socket) {
        if (!socket.isAddressPosted && socket.addresses == null) {
            socket.addresses = addresses(socket.connection);
        }
    }

    private ConnectionAddresses addresses(final int connection) {
        return new ConnectionAddresses(
                stack.localAddressHi(connection),
                stack.localAddressLo(connection),
                stack.localPort(connection),
                stack.remoteAddressHi(connection),
                stack.remoteAddressLo(connection),
                stack.remotePort(connection));
    }

    private boolean postAddress(final BridgeSocket socket) {
        if (socket.isAddressPosted || socket.connection == BridgeSocket.NONE && socket.addresses == null) {
            return false;
        }
        final ConnectionAddresses known = socket.addresses != null ? socket.addresses : addresses(socket.connection);
        socket.isAddressPosted = true;
        socket.addresses = null;
        final Slot slot = context.slots().take();
        address.wrap(slot.memory(), slot.offset())
                .family(IpAddress.isIpv4(known.localHi(), known.localLo()) ? 4 : 6)
                .local(known.localHi(), known.localLo(), known.localPort())
                .remote(known.remoteHi(), known.remoteLo(), known.remotePort());
        final long line = socket.offset + RecordDescriptor.INFO_LINE_OFFSET;
        bus.write(socket.arena.region(), line, slot.memory(), slot.offset(), ADDRESS_BYTES);
        addressSlots.add(bus.ticket(), slot, 0);
        return true;
    }

    /** TCP_INFO, as it is now; that it is told comes behind it, with the status. */
    private boolean postInfo(final BridgeSocket socket) {
        socket.isInfoPosting = socket.isInfoDue;
        if (!socket.isInfoDue) {
            return false;
        }
        socket.isInfoDue = false;
        socket.infoPosting = socket.infoAsked;
        final Slot slot = context.slots().take();
        stack.writeInfo(socket.connection, slot.memory(), slot.offset());
        final long at = socket.offset + RecordDescriptor.TCP_INFO_OFFSET;
        bus.write(socket.arena.region(), at, slot.memory(), slot.offset(), RecordDescriptor.TCP_INFO_BYTES);
        addressSlots.add(bus.ticket(), slot, 0);
        return true;
    }

    private void postStatus(final BridgeSocket socket) {
        socket.line.status(socket.postingStatus);
        if (socket.isAnswerPosting) {
            socket.line.requestDone(socket.requestNumber, socket.answer);
        }
        if (socket.isInfoPosting) {
            socket.isInfoPosting = false;
            socket.line.infoTold(socket.infoPosting);
        }
        socket.hasRisen = true;
        onWords(socket, bus.ticket());
    }

    /** The record needs no connection any more: parts from it and takes its memory back. */
    private void end(final BridgeSocket socket) {
        context.table().unbindConnection(socket);
        receive.releaseAll(socket);
        transmitMaps.forget(socket);
        socket.line.clear();
        socket.nextStatus = SocketStatus.encode(SocketStatus.FREE, 0, socket.generation);
        socket.isAnswerDue = false;
        socket.isInfoDue = false;
        socket.isInfoPosting = false;
    }

    private void onPosted(final BridgeSocket socket) {
        socket.publication = Publication.NONE;
        if (!socket.arena.isLive()) {
            return;
        }
        if (socket.raisesReceived && socket.connection != BridgeSocket.NONE) {
            stack.onPublished(socket.connection, socket.line.rxCommitted(), socket.line.rxFin() != 0);
        }
        socket.raisesReceived = false;
        if (socket.acceptedBy != null && !socket.isIntroduced) {
            socket.isIntroduced = true;
            socket.hasRisen = false; // The listener's event tells of it.
            introduced.add(socket);
        }
        announce(socket); // What it asked to be told of may have been seen since the words were posted.
        if (socket.isEnding) {
            socket.free();
        } else if (socket.isDirty) {
            snapshot(socket);
        }
    }

    /** Whatever is said from here on comes behind the words: tells a host that wants to know. */
    private void announce(final BridgeSocket socket) {
        if (!socket.arena.isLive() || socket.acceptedBy != null && !socket.isIntroduced) {
            return;
        }
        if (socket.isWaitOver()) {
            socket.txWait = 0;
            socket.hasRisen = true;
        }
        if (socket.hasRisen) {
            socket.hasRisen = false;
            channels.notify(socket);
        }
    }

    /** The next accepted connection that its listener may tell of, or null. */
    BridgeSocket nextIntroduced() {
        return introduced.poll();
    }
}
