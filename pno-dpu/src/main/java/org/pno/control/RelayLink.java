package org.pno.control;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.pno.relay.RelayDescriptor;
import org.pno.relay.RelayEncoder;
import org.pno.relay.RelayException;
import org.pno.relay.RelayHandler;
import org.pno.relay.SecureChannel;
import org.pno.sys.Epoll;

/**
 * A relay's connection in a loop: hands out the records that come, sends what is written when the loop says so, and
 * tells once when it is over, from within {@link #flush} or an event. The loop's thread.
 */
public final class RelayLink {
    /** More than this waiting, and long answers wait too. */
    private static final int ROOM_BYTES = 1 << 20;

    /** Who has the link. */
    public interface Owner extends RelayHandler {
        /** It is over, and closed. */
        void onEnded(String why);
    }

    private final MemorySegment record = Arena.ofAuto().allocate(RelayDescriptor.MAX_BYTES, Long.BYTES);
    private final RelayEncoder encoder = new RelayEncoder().wrap(record);
    private final Watches watches;
    private final SecureChannel channel;
    private final Owner owner;
    private boolean isWritten;
    private boolean isEnded;
    /** Why the link is to end, found where nobody expects that its owner ends; null if it is not. */
    private String trouble;

    /** @param channel whose handshake is made; from now on this link's */
    public RelayLink(final Watches watches, final SecureChannel channel, final Owner owner) {
        this.watches = watches;
        this.channel = channel;
        this.owner = owner;
    }

    /** Serves it from now on, what came with the handshake first. */
    public void start() {
        watches.add(channel.descriptor(), Epoll.EPOLLIN, events -> onReady());
        onReady();
    }

    private void onReady() {
        if (isEnded) {
            return;
        }
        isWritten = true; // There may be room for what waits.
        try {
            if (!channel.receive(owner)) {
                end("the other side ended the connection");
            }
        } catch (final RelayException e) {
            end(e.getMessage());
        }
    }

    /** For records to {@link #send}. */
    public RelayEncoder encoder() {
        return encoder;
    }

    /** Sends the record that was just written, with the next {@link #flush}. */
    public void send(final int length) {
        if (isEnded) {
            return;
        }
        try {
            channel.send(record, length);
            isWritten = true;
        } catch (final RelayException e) {
            trouble = e.getMessage();
            isWritten = true;
        }
    }

    /** True if the other side reads what it is sent. */
    public boolean hasRoom() {
        return channel.queuedBytes() < ROOM_BYTES;
    }

    /** Sends what was written since the last call. */
    public void flush() {
        if (!isWritten || isEnded) {
            return;
        }
        isWritten = false;
        if (trouble != null) {
            end(trouble);
            return;
        }
        try {
            channel.flush();
            final int interest = channel.isWaitingForRoom() ? Epoll.EPOLLIN | Epoll.EPOLLOUT : Epoll.EPOLLIN;
            watches.interest(channel.descriptor(), interest);
        } catch (final RelayException e) {
            end(e.getMessage());
        }
    }

    public boolean isEnded() {
        return isEnded;
    }

    /** Ends it, once what was written is sent as far as there is room. */
    public void end(final String why) {
        if (isEnded) {
            return;
        }
        isEnded = true;
        watches.remove(channel.descriptor());
        try {
            channel.flush();
        } catch (final RelayException e) {
            trouble = e.getMessage(); // It is over anyway.
        }
        channel.close();
        owner.onEnded(why);
    }
}
