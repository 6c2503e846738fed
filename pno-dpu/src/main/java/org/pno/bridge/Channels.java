package org.pno.bridge;

import static org.pno.bridge.HostChannel.TO_PARK;
import static org.pno.bridge.HostChannel.TO_POLL;

import java.util.ArrayDeque;
import java.util.ArrayList;
import org.pno.bridge.HostChannel.Parking;
import org.pno.counters.CounterGroup;
import org.pno.link.ChannelDescriptor;
import org.pno.link.RecordDescriptor;

/**
 * The channels' host lines, events and bells, and parking: both of the protocol's Dekker handshakes from the DPU's side
 * (docs/link-protocol.md, Sleeping). What lies in SUB is left to {@link SubmissionPath}.
 */
final class Channels {
    /** Channels that are read each cycle; the others are parked or have nobody. */
    private final ArrayList<HostChannel> polled = new ArrayList<>();

    private final TicketQueue<HostChannel> lines = new TicketQueue<>();
    private final TicketQueue<HostChannel> events = new TicketQueue<>();
    private final TicketQueue<HostChannel> sleepReads = new TicketQueue<>();
    private final TicketQueue<HostChannel> announced = new TicketQueue<>();
    /** Channels with submissions or an overflow to look after. */
    private final ArrayDeque<HostChannel> ready = new ArrayDeque<>();

    private final Bus bus;
    private final Fences fences;
    private final CounterGroup<BridgeCounter> counters;
    private int first;
    private int parkingCount;

    Channels(final BridgeContext context) {
        bus = context.bus();
        fences = context.fences();
        counters = context.counters();
    }

    /** A process has the channel from now on. */
    void attach(final HostChannel channel, final Bell bell) {
        channel.bell = bell;
        poll(channel);
    }

    /** The channel's process has gone. What it has submitted still counts, so the host line is read once more. */
    void detach(final HostChannel channel) {
        channel.bell = null;
        unpoll(channel);
        if (channel.arena.isLive()) {
            look(channel, TO_POLL);
        }
    }

    private void poll(final HostChannel channel) {
        if (channel.parking == Parking.POLLED && channel.bell != null && channel.polledIndex == BridgeSocket.NONE) {
            channel.polledIndex = polled.size();
            polled.add(channel);
        }
    }

    private void unpoll(final HostChannel channel) {
        if (channel.polledIndex != BridgeSocket.NONE) {
            final HostChannel last = polled.removeLast();
            if (last != channel) {
                polled.set(channel.polledIndex, last);
                last.polledIndex = channel.polledIndex;
            }
            channel.polledIndex = BridgeSocket.NONE;
        }
    }

    /** Posts a read of every polled channel's host line, another one first each time. */
    void poll() {
        final int count = polled.size();
        if (count == 0) {
            return;
        }
        first = first + 1 < count ? first + 1 : 0;
        for (int i = 0; i < count; i++) {
            final int index = first + i;
            final HostChannel channel = polled.get(index < count ? index : index - count);
            if (channel.readUnderWay == 0) {
                look(channel, TO_POLL);
            }
        }
    }

    /**
     * Reads the channel's host line anew, for a purpose: after what the caller has seen, so not with a read under
     * way.
     */
    void look(final HostChannel channel, final int purpose) {
        channel.readWanted |= purpose;
        if (channel.readUnderWay == 0) {
            channel.readUnderWay = channel.readWanted;
            channel.readWanted = 0;
            channel.reader.postLine();
            if (channel.reader.fetched() == 0) { // Else they are on their way, or have come and are still to be taken.
                channel.reader.postAhead();
            }
            lines.add(channel.readUnderWay == TO_POLL ? bus.pollTicket() : bus.ticket(), channel, 0);
        }
    }

    /** Tells the host to look at a record; its words must be complete. */
    void notify(final BridgeSocket socket) {
        if (socket.eventChannel == RecordDescriptor.ALL_CHANNELS) {
            notifyAll(socket);
            return;
        }
        final HostChannel channel = socket.arena.channel(socket.eventChannel);
        if (channel == null || channel.bell == null) {
            counters.increment(BridgeCounter.NO_CHANNEL);
        } else {
            notify(channel, socket);
        }
    }

    private void notifyAll(final BridgeSocket socket) {
        final int count = socket.arena.geometry().channelCount();
        for (int number = 0; number < count; number++) {
            final HostChannel channel = socket.arena.channel(number);
            if (channel != null && channel.bell != null) {
                notify(channel, socket);
            }
        }
    }

    private void notify(final HostChannel channel, final BridgeSocket socket) {
        if (channel.events.offer(socket.record)) {
            counters.increment(BridgeCounter.EVENTS);
            eventPosted(channel);
        } else {
            counters.increment(BridgeCounter.EVENT_DEBTS);
            wake(channel);
        }
    }

    private void eventPosted(final HostChannel channel) {
        final long ticket = bus.ticket();
        if (channel.eventTicket != ticket) {
            channel.eventTicket = ticket;
            events.add(ticket, channel, 0);
        }
    }

    /** Takes up what is complete. */
    boolean drain() {
        final long completed = bus.completed();
        boolean moved = false;
        while (events.isReady(bus.readableUpTo())) {
            final HostChannel channel = events.item();
            events.remove();
            if (channel.isLive()) {
                askWhetherItSleeps(channel);
            }
            moved = true;
        }
        while (sleepReads.isReady(completed)) {
            final HostChannel channel = sleepReads.item();
            sleepReads.remove();
            onSleepRead(channel);
            moved = true;
        }
        while (announced.isReady(bus.readableUpTo())) {
            final HostChannel channel = announced.item();
            announced.remove();
            if (channel.arena.isLive()) {
                channel.parking = Parking.LOOKING;
                look(channel, TO_PARK);
            } else {
                parkingCount--;
            }
            moved = true;
        }
        while (lines.isReady(completed)) {
            final HostChannel channel = lines.item();
            lines.remove();
            moved |= onLine(channel);
        }
        return moved;
    }

    /** Reads sleepSeq anew, after events that it will see. */
    private void askWhetherItSleeps(final HostChannel channel) {
        if (channel.isSleepReadUnderWay) {
            channel.isSleepReadWanted = true;
            return;
        }
        channel.isSleepReadUnderWay = true;
        channel.reader.postSleepSequence();
        sleepReads.add(bus.ticket(), channel, 0);
    }

    private void onSleepRead(final HostChannel channel) {
        channel.isSleepReadUnderWay = false;
        if (channel.isLive() && channel.reader.isAsleep()) {
            counters.increment(BridgeCounter.BELLS);
            channel.bell.ring();
        }
        if (channel.isSleepReadWanted && channel.isLive()) {
            channel.isSleepReadWanted = false;
            askWhetherItSleeps(channel);
        }
    }

    /** True if that gave somebody something to do: most polls find nothing. */
    private boolean onLine(final HostChannel channel) {
        final int purposes = channel.readUnderWay;
        channel.readUnderWay = 0;
        final boolean isParkingLook = (purposes & TO_PARK) != 0;
        if (isParkingLook) {
            parkingCount--;
        }
        if (!channel.arena.isLive() || !judge(channel)) {
            giveUp(channel);
            return true;
        }
        channel.reader.takeAhead();
        if (channel.hasSubmissions() && !channel.isReady) {
            channel.isReady = true;
            ready.add(channel);
        }
        if (isParkingLook) {
            settleParking(channel);
        } else if (channel.parking == Parking.PARKED && channel.hasSubmissions()) {
            wake(channel);
        }
        if (channel.readWanted != 0) {
            look(channel, channel.readWanted);
        }
        return purposes != TO_POLL || channel.isReady;
    }

    /** There will be no other look at the channel, the one before it stays parked included. */
    private void giveUp(final HostChannel channel) {
        if ((channel.readWanted & TO_PARK) != 0) {
            parkingCount--;
        }
        channel.readWanted = 0;
    }

    /** Judges the line that has arrived, and pays what there is room for. False if the arena is fenced. */
    private boolean judge(final HostChannel channel) {
        final long eventsBefore = channel.events.nextEvent();
        if (fences.fence(channel.arena, channel.reader.onLine())
                || fences.fence(channel.arena, channel.events.onHead(channel.reader.eventHead()))) {
            return false;
        }
        final long paid = channel.events.nextEvent() - eventsBefore;
        if (paid > 0) {
            counters.increase(BridgeCounter.EVENTS, paid);
            eventPosted(channel);
        }
        return true;
    }

    /** The next channel that has submissions or an overflow, or null. */
    HostChannel nextReady() {
        final HostChannel channel = ready.poll();
        if (channel != null) {
            channel.isReady = false;
        }
        return channel;
    }

    /** Starts to park all channels that have nothing under way. */
    void parkAll() {
        for (int i = polled.size() - 1; i >= 0; i--) {
            park(polled.get(i));
        }
    }

    private void park(final HostChannel channel) {
        if (channel.areEntriesUnderWay
                || channel.hasSubmissions()
                || channel.sweepRecord != BridgeSocket.NONE
                || channel.asleepTicket > bus.completed()) {
            return;
        }
        channel.isOwing = channel.events.owedCount() > 0;
        channel.mustWake = false;
        channel.parkingEventHead = channel.reader.eventHead();
        channel.parking = Parking.ANNOUNCED;
        unpoll(channel);
        parkingCount++;
        writeAsleep(channel, channel.isOwing ? ChannelDescriptor.ASLEEP_OWING : ChannelDescriptor.ASLEEP_PARKED);
        announced.add(channel.asleepTicket, channel, 0);
    }

    /** The new look has arrived: nothing came between, or the channel is polled on. */
    private void settleParking(final HostChannel channel) {
        channel.parking = Parking.PARKED;
        if (channel.hasSubmissions()
                || channel.mustWake
                || channel.isOwing && channel.reader.eventHead() != channel.parkingEventHead) {
            wake(channel);
        } else {
            counters.increment(BridgeCounter.PARKS);
        }
    }

    /** Polls a parked channel again. */
    void wake(final HostChannel channel) {
        if (channel.parking == Parking.PARKED) {
            writeAsleep(channel, ChannelDescriptor.ASLEEP_NOT);
            channel.parking = Parking.POLLED;
            poll(channel);
        } else if (channel.parking != Parking.POLLED) {
            channel.mustWake = true;
        }
    }

    private void writeAsleep(final HostChannel channel, final int value) {
        bus.writeWord(channel.arena.region(), channel.offset + ChannelDescriptor.ASLEEP_OFFSET, value);
        channel.asleepTicket = bus.ticket();
    }

    /** True if no channel is polled and none is on its way to be parked. */
    boolean areParked() {
        return polled.isEmpty() && parkingCount == 0;
    }
}
