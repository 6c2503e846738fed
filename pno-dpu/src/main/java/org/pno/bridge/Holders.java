package org.pno.bridge;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.pno.bridge.BridgeSocket.Role;
import org.pno.link.HolderDescriptor;
import org.pno.sys.Errno;

/**
 * Finds out whether anybody still holds a record: which holder slots count, then the record's bit in each of them.
 * Slots count while their process lives; those that a parent has filled for a child, while the parent's connection
 * lasts. What is anchored to a socket holds it too, without a slot: descriptors that are on their way to another
 * process.
 *
 * <pre>
 *   released ─► states of all slots by read ─► the record's bits by read ─► none set: states by read ─┐
 *                                    ▲                                                               │
 *                                    └────────────────────────── changed ◄───────────────────────────┴─► the same: the
 *                                                                                     record is read and closed
 * </pre>
 */
final class Holders {
    private static final int CHECKS_PER_CYCLE = 256;
    /** State and pid. */
    private static final int ADOPTION_WORDS = 2;

    /** A process that takes a holder slot, until the slot is read. */
    private record Adoption(HostArena arena, int slot, boolean isChild, Holder holder, HolderCompletion completion) {}

    private final TicketQueue<HolderStates> stateReads = new TicketQueue<>();
    /** Bits under way, and how many there are; and where they go. */
    private final TicketQueue<BridgeSocket> bitReads = new TicketQueue<>();

    private final TicketQueue<Slot> bitSlots = new TicketQueue<>();
    private final TicketQueue<Adoption> adoptions = new TicketQueue<>();
    private final TicketQueue<Slot> adoptionSlots = new TicketQueue<>();
    /** Children whose slot is being made LIVE. */
    private final TicketQueue<Adoption> lively = new TicketQueue<>();

    private final BridgeContext context;
    private final RecordReads records;
    private final HolderQueue released;
    private final BridgeListener listener;
    private int budget;

    Holders(
            final BridgeContext context,
            final RecordReads records,
            final HolderQueue released,
            final BridgeListener listener) {
        this.context = context;
        this.records = records;
        this.released = released;
        this.listener = listener;
    }

    void beginCycle() {
        budget = CHECKS_PER_CYCLE;
    }

    /** Starts checks of sockets that were let go, and takes up what is complete. */
    boolean drain() {
        boolean moved = takeReleased();
        final long completed = context.bus().completed();
        while (stateReads.isReady(completed)) {
            final HolderStates states = stateReads.item();
            stateReads.remove();
            onStates(states);
            moved = true;
        }
        while (bitReads.isReady(completed)) {
            final BridgeSocket socket = bitReads.item();
            final Slot slot = bitSlots.item();
            if (canBeChecked(socket)) {
                onBits(socket, slot, bitReads.value());
            }
            context.slots().give(slot);
            bitReads.remove();
            bitSlots.remove();
            moved = true;
        }
        while (adoptions.isReady(completed)) {
            final Slot slot = adoptionSlots.item();
            onAdoption(adoptions.item(), slot);
            context.slots().give(slot);
            adoptions.remove();
            adoptionSlots.remove();
            moved = true;
        }
        while (lively.isReady(completed)) {
            final Adoption adoption = lively.item();
            adoption.completion().complete(adoption.holder(), 0);
            lively.remove();
            moved = true;
        }
        return moved;
    }

    private boolean takeReleased() {
        boolean moved = false;
        while (budget > 0 && !released.isEmpty()) {
            budget--;
            moved = true;
            final BridgeSocket socket = released.poll();
            if (socket.acceptedBy != null && socket.arena.isLive()) {
                // Whoever let go of it has accepted it before: the listener's host line tells so, and onTaken goes on.
                socket.isReleasedEarly = true;
                records.read(socket.acceptedBy, 0);
            } else if (canBeChecked(socket)) {
                lookFor(socket);
            }
        }
        return moved;
    }

    private static boolean canBeChecked(final BridgeSocket socket) {
        return socket.arena.isLive()
                && (socket.role == Role.CONNECTION || socket.role == Role.LISTENER)
                && !socket.isClosed
                && socket.acceptedBy == null;
    }

    private void lookFor(final BridgeSocket socket) {
        final HolderStates states = socket.arena.holderStates();
        states.next.add(socket);
        look(states);
    }

    /** Looks at the states for all who wait, if no look is under way; those who come later need a later look. */
    private void look(final HolderStates states) {
        if (states.isUnderWay || states.next.isEmpty()) {
            return;
        }
        states.isUnderWay = true;
        for (BridgeSocket socket = states.next.poll(); socket != null; socket = states.next.poll()) {
            states.waiting.add(socket);
        }
        states.post(context.bus());
        stateReads.add(context.bus().barrier(), states, 0);
    }

    private void onStates(final HolderStates states) {
        states.isUnderWay = false;
        final int count = states.take();
        for (BridgeSocket socket = states.waiting.poll(); socket != null; socket = states.waiting.poll()) {
            if (!canBeChecked(socket)) {
                continue;
            }
            if (count == 0 || socket.unheldVersion == states.version()) {
                onUnheld(socket);
            } else {
                readBits(states, socket, count);
            }
        }
        look(states);
    }

    /** No slot that counts holds it. */
    private void onUnheld(final BridgeSocket socket) {
        if (socket.anchors > 0) {
            records.read(socket, 0); // What its last process wrote goes out, though the next may never say a word.
            listener.onOnlyAnchored(socket.arena, socket.record, socket.generation);
        } else {
            records.read(socket, RecordReads.FLAG_CLOSE);
        }
    }

    /** Asks anew whether anybody holds it. */
    void check(final BridgeSocket socket) {
        released.add(socket);
    }

    private void readBits(final HolderStates states, final BridgeSocket socket, final int count) {
        final Slot slot = context.slots().take();
        final HostArena arena = socket.arena;
        final long word = HolderDescriptor.BITMAP_OFFSET + (long) (socket.record / Long.SIZE) * Long.BYTES;
        for (int i = 0; i < count; i++) {
            final long offset = arena.geometry().holderOffset(states.slot(i)) + word;
            context.bus().readWords(arena.region(), offset, slot.memory(), slot.offset() + (long) i * Long.BYTES, 1);
        }
        bitReads.add(context.bus().ticket(), socket, states.version() << Short.SIZE | count);
        bitSlots.add(context.bus().ticket(), slot, 0);
    }

    /** The bits of so many slots, which counted in that version of the states. */
    private void onBits(final BridgeSocket socket, final Slot slot, final long versionAndCount) {
        if (isHeld(socket, slot, (short) versionAndCount)) {
            socket.unheldVersion = BridgeSocket.NONE;
        } else {
            socket.unheldVersion = versionAndCount >>> Short.SIZE;
            lookFor(socket);
        }
    }

    private static boolean isHeld(final BridgeSocket socket, final Slot slot, final int count) {
        for (int i = 0; i < count; i++) {
            final long bits = slot.memory().get(JAVA_LONG, slot.offset() + (long) i * Long.BYTES);
            if ((bits & 1L << socket.record) != 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * A process takes a holder slot: the one that made the arena, or a child for which its parent has filled one.
     *
     * @param completion is told when the slot has been read
     */
    void adopt(final HostArena arena, final int slot, final boolean isChild, final HolderCompletion completion) {
        if (!arena.geometry().hasHolder(slot)) {
            completion.complete(null, Errno.EINVAL);
            return;
        }
        final Slot target = context.slots().take();
        final long offset = arena.geometry().holderOffset(slot) + HolderDescriptor.STATE_OFFSET;
        context.bus().readWords(arena.region(), offset, target.memory(), target.offset(), ADOPTION_WORDS);
        adoptions.add(context.bus().ticket(), new Adoption(arena, slot, isChild, null, completion), 0);
        adoptionSlots.add(context.bus().ticket(), target, 0);
    }

    private static boolean isTaken(final HostArena arena, final int slot) {
        for (final Holder holder : arena.holders()) {
            if (holder.isAlive() && holder.slot() == slot) {
                return true;
            }
        }
        return false;
    }

    /** Why a process does not get a slot in this state, or 0. */
    private static int refusal(final Adoption adoption, final int state) {
        if (isTaken(adoption.arena(), adoption.slot())) {
            return Errno.EBUSY; // Perhaps by a process whose death has not been noticed yet.
        }
        final boolean isFilled = state == HolderDescriptor.STATE_FORKING;
        return adoption.arena().isLive() && (isFilled || !adoption.isChild()) ? 0 : Errno.EINVAL;
    }

    private void onAdoption(final Adoption adoption, final Slot slot) {
        final HostArena arena = adoption.arena();
        final int state =
                HolderDescriptor.state(slot.memory().get(JAVA_LONG, slot.offset() + HolderDescriptor.STATE_OFFSET));
        final int refusal = refusal(adoption, state);
        if (refusal != 0) {
            adoption.completion().complete(null, refusal);
            return;
        }
        final long hostPid = slot.memory().get(JAVA_LONG, slot.offset() + HolderDescriptor.PID_OFFSET);
        final Holder holder = new Holder(arena, adoption.slot(), hostPid);
        arena.holders().removeIf(other -> !other.isAlive() && !other.isConnected());
        arena.holders().add(holder);
        arena.holderStates().onChange();
        // From now on the slot counts as long as its process lives, no longer as one that a parent has filled.
        final long stateWord = arena.geometry().holderOffset(holder.slot()) + HolderDescriptor.STATE_OFFSET;
        context.bus().writeWord(arena.region(), stateWord, HolderDescriptor.STATE_LIVE);
        lively.add(
                context.bus().ticket(),
                new Adoption(arena, holder.slot(), adoption.isChild(), holder, adoption.completion()),
                0);
    }

    /** A process has gone, or its connection: what it held may be nobody's now. */
    void onLost(final HostArena arena) {
        arena.holderLost();
        for (int record = 0; record < arena.geometry().recordCount(); record++) {
            final BridgeSocket socket = arena.socketOrNull(record);
            if (socket == null || !canBeChecked(socket)) {
                continue;
            }
            if (socket.role == Role.LISTENER) {
                records.read(socket, 0); // Some connections may have been taken off it before the process went.
            }
            released.add(socket);
        }
    }

    /** Checks wait for a cycle to come. */
    boolean hasMore() {
        return !released.isEmpty();
    }
}
