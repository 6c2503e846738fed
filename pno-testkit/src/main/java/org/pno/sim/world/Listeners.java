package org.pno.sim.world;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.pno.link.RecordDescriptor;
import org.pno.sim.HostChannel;
import org.pno.sim.HostListener;
import org.pno.sim.HostSocket;
import org.pno.sim.SimulatedHost;
import org.pno.sys.Errno;

/** What listens in a {@link HostProcess}: asks for ports, gives credits, accepts. */
final class Listeners {
    private static final long LONGEST_PAUSE_NS = 300_000_000;
    private static final long CREDIT_NS = 100_000;
    private static final long RETRY_NS = 20_000_000;
    private static final int UNDER_WAY = -1;
    private static final int SPARE_RECORDS = 4;

    private final HostProcess process;
    private final SimulatedSystem system;
    private final SimulatedHost host;
    private final SplittableRandom random;
    private final List<ListeningPort> listening = new ArrayList<>();
    private final List<Dialogue> everServed = new ArrayList<>();
    /** The channel of what is accepted, if that is not the one it was offered with. */
    private HostChannel channel;

    private boolean isEnding;

    /** A listener and whom it serves. */
    private static final class ListeningPort {
        private final HostListener listener;
        private final Dialogue dialogue;
        private final int backlog;
        private final int credits;
        private int creditsOwed;
        private int errno = UNDER_WAY;
        private long askAgainNs;
        private long acceptsAgainNs;
        private final long acceptPauseNs;
        private boolean isUp;
        private boolean isToClose;

        private ListeningPort(
                final HostListener listener,
                final Dialogue dialogue,
                final int backlog,
                final int credits,
                final long acceptPauseNs) {
            this.listener = listener;
            this.dialogue = dialogue;
            this.backlog = backlog;
            this.credits = credits;
            this.acceptPauseNs = acceptPauseNs;
        }
    }

    Listeners(
            final HostProcess process,
            final SimulatedSystem system,
            final SimulatedHost host,
            final SplittableRandom random) {
        this.process = process;
        this.system = system;
        this.host = host;
        this.random = random;
    }

    void listen(final Dialogue dialogue, final int backlog, final int credits, final long nowNs) {
        if (isEnding || process.channels().isEmpty()) {
            return;
        }
        final HostListener listener = new HostListener(host, process.channels().getFirst());
        final ListeningPort port = new ListeningPort(
                listener, dialogue, backlog, credits, random.nextInt(4) == 0 ? random.nextLong(LONGEST_PAUSE_NS) : 0);
        listening.add(port);
        everServed.add(dialogue);
        process.setOptions(listener.socket(), dialogue);
        if (dialogue.options().deferAccept() > 0) {
            listener.socket()
                    .option(
                            RecordDescriptor.DEFER_ACCEPT_OFFSET,
                            dialogue.options().deferAccept());
        }
        ask(port, nowNs);
        process.wakeAt(nowNs);
    }

    /** Dialogues that were served here at some time. */
    List<Dialogue> everServed() {
        return everServed;
    }

    /** One turn: settles what was asked for, and accepts. */
    void run(final long nowNs) {
        settle(nowNs);
        for (int i = 0; i < listening.size(); i++) {
            accept(listening.get(i), nowNs);
        }
    }

    /** Takes up what LISTEN answers. As in the shim, a port that is taken still is asked for again. */
    private void settle(final long nowNs) {
        for (int i = listening.size() - 1; i >= 0; i--) {
            final ListeningPort port = listening.get(i);
            if (port.errno == Errno.EADDRINUSE) {
                process.wakeAt(Math.max(nowNs, port.askAgainNs));
                if (nowNs >= port.askAgainNs) {
                    ask(port, nowNs);
                }
            } else if (port.errno == 0 && port.isToClose) {
                listening.remove(i);
                port.listener.close();
            } else if (port.errno == 0 && !port.isUp) {
                port.isUp = true;
                port.creditsOwed = port.credits;
            } else if (port.errno > 0) {
                throw new OracleFailure(
                        "node " + process.node() + ": listen on " + port.dialogue.port() + " fails with " + port.errno);
            }
        }
    }

    private void ask(final ListeningPort port, final long nowNs) {
        port.errno = UNDER_WAY;
        port.askAgainNs = nowNs + RETRY_NS;
        system.listen(process, port.listener, port.dialogue.port(), port.backlog, errno -> {
            port.errno = -errno;
            process.ring(system.nowNs());
        });
    }

    private void accept(final ListeningPort port, final long nowNs) {
        if (!port.isUp || port.isToClose) {
            return;
        }
        if (nowNs < port.acceptsAgainNs) { // A program that has other things to do.
            process.wakeAt(port.acceptsAgainNs);
            return;
        }
        port.acceptsAgainNs = nowNs + port.acceptPauseNs;
        while (port.creditsOwed > 0 && host.untakenRecords() > SPARE_RECORDS && port.listener.postCredit()) {
            port.creditsOwed--;
        }
        HostSocket accepted = port.listener.acceptWithoutCredit();
        for (; accepted != null; accepted = port.listener.acceptWithoutCredit()) {
            port.creditsOwed++;
            if (channel != null) {
                accepted.moveTo(channel);
            }
            process.begin(accepted, port.dialogue, nowNs);
        }
        if (port.creditsOwed > 0) {
            process.wakeAt(nowNs + CREDIT_NS);
        }
    }

    /** Closes the listener of a dialogue, if it has one; accepted connections live on. */
    void unlisten(final Dialogue dialogue, final long nowNs) {
        if (!process.isDead()) {
            listening.forEach(port -> port.isToClose |= port.dialogue == dialogue);
            process.wakeAt(nowNs);
        }
    }

    /** Closes all listeners; there will be no others. */
    void unlistenAll(final long nowNs) {
        isEnding = true;
        if (!process.isDead()) {
            listening.forEach(port -> port.isToClose = true);
            process.wakeAt(nowNs);
        }
    }

    /** The process is gone. */
    void die() {
        isEnding = true;
        listening.clear();
    }

    /** The process was a parent and is gone: its child goes on with those listeners that it holds. */
    void goOnAsChild(final HostChannel channelOfChild) {
        channel = channelOfChild;
        for (int i = listening.size() - 1; i >= 0; i--) {
            final HostListener listener = listening.get(i).listener;
            if (host.isHeld(listener.socket()) || listening.get(i).errno != 0) {
                listener.adopt(channelOfChild); // What is asked for still, the child asks for.
            } else {
                listener.abandon();
                listening.remove(i);
            }
        }
    }

    boolean has(final HostSocket socket) {
        return listening.stream().anyMatch(port -> port.listener.socket() == socket);
    }
}
