package org.pno.host;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.pno.control.RelayLink;
import org.pno.control.WaitingRoom;
import org.pno.link.RegionSource;
import org.pno.relay.Thing;
import org.pno.sys.Descriptors;

/**
 * Descriptors that are kept for the DPU, which knows them by numbers, until it says that it needs them no more: arenas,
 * their families' memory, channels' bells.
 */
final class HostThings implements AutoCloseable {
    private record Kept(int descriptor, int uid, ArenaSharing.Shared shared) {}

    private final RelayLink link;
    private final WaitingRoom waitingRoom;
    private final ArenaSharing sharing;
    private final Map<Integer, Kept> byNumber = new HashMap<>();
    private final Map<String, Integer> endpoints = new HashMap<>();
    private int lastNumber;

    HostThings(final RelayLink link, final WaitingRoom waitingRoom, final ArenaSharing sharing) {
        this.link = link;
        this.waitingRoom = waitingRoom;
        this.sharing = sharing;
    }

    /**
     * Shares an arena and keeps a copy of its descriptor.
     *
     * @throws RuntimeException saying why it cannot be shared
     */
    Thing arena(final int uid, final int descriptor, final long bytes) {
        final ArenaSharing.Shared shared = sharing.share(descriptor, bytes);
        final RegionSource.Remote source = shared.source();
        return Thing.arena(
                keep(uid, descriptor, shared), bytes, source.key(), source.base(), endpoint(source.address()));
    }

    /** Keeps a copy of the descriptor of a family's memory. */
    Thing family(final int uid, final int descriptor, final long bytes) {
        return Thing.family(keep(uid, descriptor, null), bytes);
    }

    /** Keeps a copy of a bell. */
    Thing bell(final int uid, final int descriptor) {
        return Thing.bell(keep(uid, descriptor, null));
    }

    private int keep(final int uid, final int descriptor, final ArenaSharing.Shared shared) {
        lastNumber++;
        byNumber.put(lastNumber, new Kept(Descriptors.duplicate(descriptor), uid, shared));
        return lastNumber;
    }

    /** The number of an endpoint, of which the DPU is told when it is first needed. */
    private int endpoint(final String address) {
        return endpoints.computeIfAbsent(address, name -> {
            final int number = endpoints.size() + 1;
            link.send(link.encoder().endpoint(number, HexFormat.of().parseHex(name)));
            return number;
        });
    }

    /** The descriptor of a thing, or -1 if there is none of that number. */
    int descriptor(final int number) {
        final Kept kept = byNumber.get(number);
        return kept == null ? -1 : kept.descriptor();
    }

    /** The DPU needs it no more. */
    void drop(final int number) {
        final Kept kept = byNumber.remove(number);
        if (kept != null) {
            end(kept);
        }
    }

    private void end(final Kept kept) {
        if (kept.shared() != null) {
            kept.shared().close();
        }
        waitingRoom.close(kept.uid(), kept.descriptor());
    }

    /** Withdraws and closes all. */
    @Override
    public void close() {
        byNumber.values().forEach(this::end);
        byNumber.clear();
    }
}
