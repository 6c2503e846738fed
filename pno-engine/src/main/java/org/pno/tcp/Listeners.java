package org.pno.tcp;

import java.util.ArrayList;
import java.util.List;
import org.pno.wire.IpAddress;

/**
 * All listeners, by number and by port. A listener on one address goes before a wildcard, as in Linux. Wildcards are
 * {@link IpAddress#ANY}, which takes both families, {@code ANY_IPV4} and {@code ANY_IPV6}.
 */
final class Listeners {
    private final Listener[] byPort = new Listener[1 << 16];
    private final List<Listener> byNumber = new ArrayList<>();

    /**
     * Adds a listener.
     *
     * @return it, or null if the address or the wildcard has one on this port already
     */
    Listener add(
            final long localHi,
            final long localLo,
            final int localPort,
            final int backlog,
            final ConnectionSettings settings) {
        for (Listener other = byPort[localPort]; other != null; other = other.nextOnPort) {
            if (IpAddress.overlap(localHi, localLo, other.localHi, other.localLo) && !mayShare(other, settings)) {
                return null;
            }
        }
        int number = byNumber.indexOf(null);
        if (number < 0) {
            number = byNumber.size();
            byNumber.add(null);
        }
        final Listener listener = new Listener(number, localHi, localLo, localPort, backlog, settings);
        byNumber.set(number, listener);
        listener.nextOnPort = byPort[localPort];
        byPort[localPort] = listener;
        return listener;
    }

    /** SO_REUSEPORT: all who share a port must say so, and be of one owner, or anyone could take connections away. */
    private static boolean mayShare(final Listener other, final ConnectionSettings settings) {
        return settings.reusePort && other.settings.reusePort && settings.owner == other.settings.owner;
    }

    /** The listener with this number, or null. */
    Listener get(final int number) {
        return number >= 0 && number < byNumber.size() ? byNumber.get(number) : null;
    }

    void remove(final Listener listener) {
        byNumber.set(listener.number, null);
        final int port = listener.localPort;
        if (byPort[port] == listener) {
            byPort[port] = listener.nextOnPort;
            return;
        }
        Listener before = byPort[port];
        while (before.nextOnPort != listener) {
            before = before.nextOnPort;
        }
        before.nextOnPort = listener.nextOnPort;
    }

    boolean hasPort(final int port) {
        return byPort[port] != null;
    }

    /** Who listens where the flow wants to go, or null. Of several that share it, the flow's hash chooses. */
    Listener find(final Flow flow) {
        final Listener best = best(flow);
        return best == null || !best.settings.reusePort ? best : choose(best, flow);
    }

    private static Listener choose(final Listener best, final Flow flow) {
        int count = 0;
        for (Listener listener = best; listener != null; listener = listener.nextOnPort) {
            count += listener.isAt(best) ? 1 : 0;
        }
        // Linux's reciprocal_scale: the hash's upper bits tell which.
        int left = (int) (Integer.toUnsignedLong(flow.flowHash) * count >>> Integer.SIZE);
        Listener listener = best;
        while (left > 0 || !listener.isAt(best)) {
            left -= listener.isAt(best) ? 1 : 0;
            listener = listener.nextOnPort;
        }
        return listener;
    }

    /** The first of those that fit best. */
    private Listener best(final Flow flow) {
        Listener wildcard = null;
        for (Listener listener = byPort[flow.localPort]; listener != null; listener = listener.nextOnPort) {
            if (listener.localHi == flow.localHi && listener.localLo == flow.localLo) {
                return listener;
            }
            if (IpAddress.overlap(listener.localHi, listener.localLo, flow.localHi, flow.localLo)
                    && (wildcard == null || wildcard.isDual() && !listener.isDual())) {
                wildcard = listener;
            }
        }
        return wildcard;
    }
}
