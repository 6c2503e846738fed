package org.pno.sim;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import org.pno.link.ListenerEntry;

/**
 * The host's side of a listener: credits out, connections in. LISTEN on the control socket, which names the listener's
 * record and carries the placeholder, is its user's business.
 */
public final class HostListener {
    private final SimulatedHost host;
    private HostChannel channel;
    private final HostSocket socket;
    private final Map<Integer, HostSocket> credited = new HashMap<>();

    /** Takes the listener's record. */
    public HostListener(final SimulatedHost host, final HostChannel channel) {
        this.host = host;
        this.channel = channel;
        this.socket = host.takeRecord(channel);
        host.hold(socket.record(), true);
    }

    /** The listener's own record and streams. */
    public HostSocket socket() {
        return socket;
    }

    /**
     * Offers a record more, if the credit finds room.
     *
     * @return false if the transmit pool has no chunk for it: later, perhaps
     */
    public boolean postCredit() {
        if (!socket.hasRoom()) {
            return false;
        }
        postCredits(1);
        return true;
    }

    /** Offers so many records for connections to come. */
    public void postCredits(final int count) {
        final byte[] entries = new byte[count * ListenerEntry.BYTES];
        for (int i = 0; i < count; i++) {
            final HostSocket offered = host.takeRecord(channel);
            credited.put(offered.record(), offered);
            MemorySegment.ofArray(entries)
                    .set(
                            ValueLayout.JAVA_LONG_UNALIGNED,
                            (long) i * ListenerEntry.BYTES,
                            ListenerEntry.encode(offered.record(), offered.generation()));
        }
        final int taken = socket.send(entries, 0, entries.length);
        if (taken != entries.length) {
            throw new IllegalStateException(
                    count + " credits need " + entries.length + " bytes, the S-ring took " + taken);
        }
    }

    /**
     * Takes the next connection and offers another credit for it.
     *
     * @return null if there is none
     */
    public HostSocket accept() {
        final HostSocket accepted = acceptWithoutCredit();
        if (accepted != null) {
            postCredits(1);
        }
        return accepted;
    }

    /** Takes the next connection; the number of credits shrinks. */
    public HostSocket acceptWithoutCredit() {
        final byte[] bytes = socket.peek(ListenerEntry.BYTES);
        if (bytes.length < ListenerEntry.BYTES) {
            return null;
        }
        final long entry = MemorySegment.ofArray(bytes).get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
        final HostSocket accepted = credited.remove(ListenerEntry.record(entry));
        if (accepted == null || accepted.generation() != ListenerEntry.generation(entry)) {
            throw new IllegalStateException("accepted record " + ListenerEntry.record(entry) + " generation "
                    + ListenerEntry.generation(entry) + ", which was not offered");
        }
        // Until rxRead passes the entry, the listener holds the record; so the holder bit comes first.
        host.hold(accepted.record(), true);
        socket.consume(ListenerEntry.BYTES);
        return accepted;
    }

    /** Credits offered and not yet turned into connections. */
    public int credits() {
        return credited.size();
    }

    /** From now on another channel takes its events. */
    public void moveTo(final HostChannel other) {
        channel = other;
        socket.moveTo(other);
    }

    /** Takes the listener over from a parent that has died, if the parent had it after the fork only. */
    public void adopt(final HostChannel other) {
        host.hold(socket.record(), true);
        moveTo(other);
    }

    /** Its process has died: its records come back when the DPU finds that nobody holds them. */
    public void abandon() {
        credited.values().forEach(HostSocket::retire);
        credited.clear();
        socket.retire();
    }

    /** Closes the listener. Its records come back when the DPU frees them. */
    public void close() {
        credited.values().forEach(HostSocket::retire);
        credited.clear();
        socket.close();
    }
}
