package org.pno.bridge;

import java.util.ArrayList;
import java.util.List;
import org.pno.link.ArenaGeometry;
import org.pno.link.Fence;

/**
 * The DPU's side of one arena: its geometry, the private state of its records and channels, its receive pool, and who
 * holds it. Lives until its processes are gone and no connection needs it, or until it is fenced.
 */
public final class HostArena {
    private final int number;
    private final int region;
    private final ArenaGeometry geometry;
    private final Tenant tenant;
    private final BridgeSocket[] sockets;
    private final HostChannel[] channels;
    private final ChunkPool rxPool;
    private final List<Holder> holders = new ArrayList<>();
    private final HolderStates holderStates;
    private Fence fence = Fence.NONE;
    private boolean isEnded;
    private boolean hasLostHolder;
    private int socketsInUse;
    private int reclaimCursor;
    private int listeners;

    HostArena(final int number, final int region, final ArenaGeometry geometry, final Tenant tenant) {
        this.number = number;
        this.region = region;
        this.geometry = geometry;
        this.tenant = tenant;
        sockets = new BridgeSocket[geometry.recordCount()];
        channels = new HostChannel[geometry.channelCount()];
        rxPool = new ChunkPool(geometry.rxChunkCount());
        holderStates = new HolderStates(this);
    }

    /** The DPU's number for it, as the handshake tells it. */
    public int number() {
        return number;
    }

    public Tenant tenant() {
        return tenant;
    }

    public ArenaGeometry geometry() {
        return geometry;
    }

    /** Why it was fenced, or NONE. */
    public Fence fence() {
        return fence;
    }

    /** Records that are not FREE. */
    public int socketsInUse() {
        return socketsInUse;
    }

    /** Receive chunks that hold bytes. */
    public int rxChunksInUse() {
        return rxPool.taken();
    }

    /** Processes that hold it, or did; the daemon looks up their names. */
    public List<Holder> holders() {
        return holders;
    }

    HolderStates holderStates() {
        return holderStates;
    }

    /** True if no process of it is left that could want anything. */
    boolean isAbandoned() {
        for (final Holder holder : holders) {
            if (holder.isAlive() || holder.isConnected()) {
                return false;
            }
        }
        return !holders.isEmpty();
    }

    int region() {
        return region;
    }

    ChunkPool rxPool() {
        return rxPool;
    }

    /** One listener more, or less. */
    void countListener(final int change) {
        listeners += change;
    }

    /**
     * Receive chunks that data must leave: one for each listener. Without one it could tell its host of nobody, and
     * what is not accepted is not read, so no chunk would ever come back.
     */
    int chunksForListeners() {
        return Math.min(listeners, geometry.rxChunkCount() / 2);
    }

    /** False once it is fenced or ended: whatever still waits for it is dropped. */
    boolean isLive() {
        return fence == Fence.NONE && !isEnded;
    }

    boolean isEnded() {
        return isEnded;
    }

    void end() {
        isEnded = true;
    }

    /** Marks it; {@link Fences} carries it out at the end of the step. False if it was marked before. */
    boolean mark(final Fence reason) {
        if (!isLive()) {
            return false;
        }
        fence = reason;
        return true;
    }

    /** Some process of it has gone, so what others accept from now on is to be checked for holders. */
    boolean hasLostHolder() {
        return hasLostHolder;
    }

    void holderLost() {
        hasLostHolder = true;
    }

    /** The state of a record that exists, made when it is first needed. */
    BridgeSocket socket(final int record) {
        BridgeSocket socket = sockets[record];
        if (socket == null) {
            socket = new BridgeSocket(this, record);
            sockets[record] = socket;
        }
        return socket;
    }

    /** The state of a record if it ever had one, or null. */
    BridgeSocket socketOrNull(final int record) {
        return sockets[record];
    }

    /** The records in turn: another one each time, or null where there never was a socket. */
    BridgeSocket nextToReclaim() {
        reclaimCursor = reclaimCursor + 1 < sockets.length ? reclaimCursor + 1 : 0;
        return sockets[reclaimCursor];
    }

    /** For the event writer: the generation that a record's event carries. */
    int generationOf(final int record) {
        final BridgeSocket socket = sockets[record];
        return socket == null ? 0 : socket.generation;
    }

    /** The channel of a number in range, or null if nobody ever attached it. */
    HostChannel channel(final int channel) {
        return channels[channel];
    }

    void channel(final int channel, final HostChannel attached) {
        channels[channel] = attached;
    }

    /** A record is no longer FREE. */
    void socketBegins() {
        socketsInUse++;
    }

    /** A record is FREE again. */
    void socketEnds() {
        socketsInUse--;
    }
}
