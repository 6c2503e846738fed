package org.pno.bridge;

import java.util.ArrayList;
import java.util.List;
import org.pno.bridge.BridgeSocket.Role;
import org.pno.link.ArenaDescriptor;
import org.pno.link.ArenaGeometry;
import org.pno.link.ArenaLimits;
import org.pno.link.ChannelDescriptor;
import org.pno.link.Fence;
import org.pno.link.ProtocolException;
import org.pno.link.RegionSource;
import org.pno.sys.Errno;

/** The arenas of a bridge: how they come, how they are given up when they are fenced, and how they go. */
final class Arenas {
    /** The slot of the process that makes an arena. */
    private static final int FIRST_HOLDER = 0;

    private record Newcomer(int region, long bytes, Tenant tenant, ArenaCompletion completion) {}

    private final TicketQueue<Newcomer> headers = new TicketQueue<>();
    private final TicketQueue<Slot> headerSlots = new TicketQueue<>();
    /** Channels of fenced arenas whose fenced word is posted. */
    private final TicketQueue<Bell> alarms = new TicketQueue<>();
    /** Arenas whose region goes when what was posted before is complete. */
    private final TicketQueue<HostArena> ending = new TicketQueue<>();

    /** By number; null where one has ended. */
    private final List<HostArena> byNumber = new ArrayList<>();

    private final BridgeContext context;
    private final BridgeParts parts;
    private final BridgeListener listener;
    private final ArenaLimits limits;
    private final long epoch;

    Arenas(
            final BridgeContext context,
            final BridgeParts parts,
            final BridgeListener listener,
            final ArenaLimits limits,
            final long epoch) {
        this.context = context;
        this.parts = parts;
        this.listener = listener;
        this.limits = limits;
        this.epoch = epoch;
    }

    /**
     * Takes an arena in: its header is read and judged, then the holder slot of the process that made it.
     *
     * @throws IllegalArgumentException if the memory cannot be shared safely
     */
    void add(final RegionSource source, final Tenant tenant, final ArenaCompletion completion) {
        final long bytes = source.bytes();
        final int region = context.bus().memory().addRegion(source);
        if (bytes < ArenaDescriptor.HEADER_BYTES) {
            context.bus().memory().removeRegion(region);
            completion.refused(
                    Errno.EPROTO,
                    "the arena has " + bytes + " bytes, its header alone takes " + ArenaDescriptor.HEADER_BYTES);
            return;
        }
        final Slot slot = context.slots().take();
        context.bus().read(region, 0, slot.memory(), slot.offset(), ArenaDescriptor.FIELDS_BYTES);
        headers.add(context.bus().ticket(), new Newcomer(region, bytes, tenant, completion), 0);
        headerSlots.add(context.bus().ticket(), slot, 0);
    }

    private void onHeader(final Newcomer newcomer, final Slot slot) {
        final ArenaGeometry geometry;
        try {
            geometry = ArenaGeometry.parse(slot.memory(), slot.offset(), newcomer.bytes(), limits);
        } catch (final ProtocolException e) {
            context.bus().memory().removeRegion(newcomer.region());
            newcomer.completion().refused(Errno.EPROTO, e.getMessage());
            return;
        }
        final HostArena arena = new HostArena(freeNumber(), newcomer.region(), geometry, newcomer.tenant());
        byNumber.set(arena.number(), arena);
        context.journal().arena(arena);
        parts.holders().adopt(arena, FIRST_HOLDER, false, (holder, errno) -> {
            if (holder == null) {
                newcomer.completion().refused(errno, "the arena was given up while it was taken in");
            } else {
                newcomer.completion().accepted(arena, holder);
            }
        });
    }

    private int freeNumber() {
        final int free = byNumber.indexOf(null);
        if (free >= 0) {
            return free;
        }
        byNumber.add(null);
        return byNumber.size() - 1;
    }

    /** The arena of a number, or null. */
    HostArena get(final int number) {
        return number >= 0 && number < byNumber.size() ? byNumber.get(number) : null;
    }

    /** A process has a channel from now on; false if there is no such channel, or another process has it. */
    boolean attach(final HostArena arena, final int number, final Bell bell) {
        if (!arena.isLive() || !arena.geometry().hasChannel(number)) {
            return false;
        }
        HostChannel channel = arena.channel(number);
        if (channel == null) {
            channel = new HostChannel(arena, number, context.bus());
            arena.channel(number, channel);
            context.bus().writeWord(arena.region(), channel.offset + ChannelDescriptor.EPOCH_OFFSET, epoch);
        } else if (channel.bell != null) {
            return false;
        }
        parts.channels().attach(channel, bell);
        return true;
    }

    /** Takes up what is complete, gives up arenas that were fenced, lets abandoned ones go. */
    boolean drain() {
        final long completed = context.bus().completed();
        boolean moved = false;
        while (headers.isReady(completed)) {
            final Newcomer newcomer = headers.item();
            final Slot slot = headerSlots.item();
            headers.remove();
            headerSlots.remove();
            onHeader(newcomer, slot);
            context.slots().give(slot);
            moved = true;
        }
        while (alarms.isReady(completed)) {
            alarms.item().ring();
            alarms.remove();
            moved = true;
        }
        while (ending.isReady(completed)) {
            end(ending.item());
            ending.remove();
            moved = true;
        }
        for (HostArena arena = context.fences().next();
                arena != null;
                arena = context.fences().next()) {
            giveUp(arena);
            moved = true;
        }
        return moved;
    }

    private void end(final HostArena arena) {
        context.bus().memory().removeRegion(arena.region());
        byNumber.set(arena.number(), null);
        context.journal().arenaEnded(arena);
        listener.onArenaEnded(arena);
    }

    /** Once per cycle: looks for hosts that have failed and arenas that nobody needs. */
    void step() {
        for (int number = 0; number < byNumber.size(); number++) {
            final HostArena arena = byNumber.get(number);
            if (arena == null || !arena.isLive()) {
                continue;
            }
            if (context.bus().memory().hasFailed(arena.region())) {
                context.fences().fence(arena, Fence.BUS);
            } else if (isOver(arena)) {
                arena.end();
                detachAll(arena);
                ending.add(context.bus().barrier(), arena, 0);
            }
        }
    }

    private static boolean isOver(final HostArena arena) {
        return arena.socketsInUse() == 0 && arena.isAbandoned();
    }

    /** True if the next cycle ends an arena: its last socket has gone after the last look. */
    boolean hasMore() {
        for (int number = 0; number < byNumber.size(); number++) {
            final HostArena arena = byNumber.get(number);
            if (arena != null && arena.isLive() && isOver(arena)) {
                return true;
            }
        }
        return false;
    }

    private void detachAll(final HostArena arena) {
        for (int number = 0; number < arena.geometry().channelCount(); number++) {
            if (arena.channel(number) != null) {
                parts.channels().detach(arena.channel(number));
            }
        }
    }

    /** Resets everything of a fenced arena and tells its waiters. */
    private void giveUp(final HostArena arena) {
        context.counters().increment(BridgeCounter.FENCES);
        for (int record = 0; record < arena.geometry().recordCount(); record++) {
            final BridgeSocket socket = arena.socketOrNull(record);
            if (socket != null && socket.role != Role.FREE && socket.role != Role.CREDIT) {
                reset(socket);
            }
        }
        for (int number = 0; number < arena.geometry().channelCount(); number++) {
            final HostChannel channel = arena.channel(number);
            if (channel == null) {
                continue;
            }
            final Bell bell = channel.bell;
            parts.channels().detach(channel);
            context.bus()
                    .writeWord(
                            arena.region(),
                            channel.offset + ChannelDescriptor.FENCED_OFFSET,
                            arena.fence().code());
            if (bell != null) {
                alarms.add(context.bus().ticket(), bell, 0);
            }
        }
        listener.onArenaFenced(arena);
        ending.add(context.bus().barrier(), arena, 0);
    }

    private void reset(final BridgeSocket socket) {
        final int connection = socket.connection;
        if (socket.role == Role.LISTENER && !socket.isClosed) {
            final int number = socket.listenerSide.number;
            context.table().unbindListener(number);
            context.journal().unlisten(number);
            context.stack().unlisten(number);
        } else if (connection != BridgeSocket.NONE) {
            context.table().unbindConnection(socket);
            context.stack().abort(connection);
            context.counters().increment(BridgeCounter.FENCE_RESETS);
        }
        parts.receive().releaseAll(socket);
        parts.transmitMaps().forget(socket);
        socket.free();
    }

    /** All arenas there are. */
    List<HostArena> all() {
        final List<HostArena> all = new ArrayList<>(byNumber);
        all.removeIf(arena -> arena == null);
        return all;
    }
}
