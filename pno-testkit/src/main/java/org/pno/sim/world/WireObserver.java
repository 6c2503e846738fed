package org.pno.sim.world;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pno.sim.net.StreamPattern;
import org.pno.wire.TcpHeader;
import org.pno.wire.TcpOptions;

/**
 * Sees every frame on the wire and checks from outside what RFC 9293 and the link protocol promise: payload is the
 * stream's at its position, inside the window that the sender was told of; the right edge never goes back; no ACK
 * covers what the host cannot see. Knows nothing of the engine.
 */
final class WireObserver {
    /** Tells what a node's hosts can see. */
    interface Hosts {
        /** Answer of {@link #visible}: no host has the socket any more, or it is closed. */
        long ANYTHING = Long.MAX_VALUE;

        /** How far a node may acknowledge the other direction of a flow that it sends: what its host can see. */
        long visible(int node, long flow);

        /** True if a node has a connection, half open or more, that sends this flow. */
        boolean hasConnection(int node, long flow);
    }

    private final Map<Long, FlowWatch> flows = new HashMap<>();
    private final List<FlowWatch> inOrder = new ArrayList<>();
    private final Hosts hosts;

    WireObserver(final Hosts hosts) {
        this.hosts = hosts;
    }

    /** What was seen of a flow, or null. */
    FlowWatch flow(final long flow) {
        return flows.get(flow);
    }

    /** All flows seen, the oldest first. */
    List<FlowWatch> flows() {
        return inOrder;
    }

    private FlowWatch watch(final long flow) {
        FlowWatch watch = flows.get(flow);
        if (watch == null) {
            watch = new FlowWatch(flow);
            flows.put(flow, watch);
            inOrder.add(watch);
        }
        return watch;
    }

    void onSent(final int node, final FrameView view) {
        if (!view.isTcp() || view.sourceNode() != node) {
            return;
        }
        final FlowWatch watch = watch(view.flow());
        final FlowWatch reverse = watch(FlowKey.reverse(view.flow()));
        if (view.tcp.has(TcpHeader.SYN)) {
            onSyn(node, watch, reverse, view);
        } else if (view.tcp.has(TcpHeader.RST)) {
            onReset(watch, view);
        } else if (watch.hasSyn) {
            watch.hasSpoken = true;
            reverse.settle(view.tcp.acknowledgment());
            if (view.payloadLength() > 0) {
                onPayload(watch, view);
            }
            if (view.tcp.has(TcpHeader.ACK) && reverse.hasSyn && !watch.isStale) {
                onAcknowledgement(node, watch, reverse, view);
            }
        }
    }

    private void onSyn(final int node, final FlowWatch watch, final FlowWatch reverse, final FrameView view) {
        final boolean isAnswer = view.tcp.has(TcpHeader.ACK);
        if (!watch.hasSyn || watch.iss != view.tcp.sequence()) {
            // Its SYN may have arrived while ours waited for the bus.
            final long granted = reverse.hasSyn ? reverse.synWindow : 0;
            if (isAnswer && watch.isCookie && !watch.isStale && !watch.hasSpoken) {
                watch.answerAgain(view.tcp.sequence(), granted);
            } else {
                reverse.isStale |= watch.hasSyn && (!isAnswer || watch.hasReset && reverse.hasSpoken);
                watch.begin(view.tcp.sequence(), granted);
            }
            watch.isCookie = isAnswer && !hosts.hasConnection(node, watch.flow);
        }
        watch.isStale = false;
        final TcpOptions options = view.parseOptions();
        watch.scaleOffered = options.windowScale();
        watch.hasTimestamps = options.timestamps();
        watch.timestamp = options.timestampValue();
        watch.synWindow = view.tcp.window();
        final long acknowledged = isAnswer && reverse.hasSyn ? reverse.acknowledgedBy(view.tcp.acknowledgment()) : 0;
        watch.edge = Math.max(watch.edge, acknowledged + view.tcp.window());
        if (acknowledged > 0) {
            checkVisible(node, acknowledged, watch, view);
        }
        onPayloadOfSyn(watch, view, isAnswer);
    }

    /** RFC 7413: a SYN may bring data, which the peer's window has nothing to do with; its answer brings none. */
    private static void onPayloadOfSyn(final FlowWatch watch, final FrameView view, final boolean isAnswer) {
        final int length = view.payloadLength();
        if (length == 0) {
            return;
        }
        require(!isAnswer && FlowKey.opensFast(watch.flow), "a SYN with payload", watch, view);
        final long wrong =
                StreamPattern.mismatch(FlowKey.salt(watch.flow), 0, length, view.memory(), view.tcp.payloadOffset());
        require(wrong < 0, "a SYN with payload that is not the stream's, at " + wrong, watch, view);
        watch.highest = Math.max(watch.highest, length);
    }

    private void checkVisible(final int node, final long acknowledged, final FlowWatch watch, final FrameView view) {
        final long visible = hosts.visible(node, watch.flow);
        require(
                acknowledged <= visible,
                "an ACK of " + acknowledged + " although the host can see " + visible + " only",
                watch,
                view);
    }

    /**
     * RFC 9293 3.10.7.2, second: an ACK for a listener is answered by RST. A listener that has answered the SYN by a
     * cookie has nothing else to go by: what overtakes the ACK that brings the cookie back has not the number that the
     * cookie was made for, and is refused as in Linux (cookie_v4_check).
     */
    private static void onReset(final FlowWatch watch, final FrameView view) {
        watch.hasReset = true;
        if (watch.isCookie && view.tcp.has(TcpHeader.ACK)) {
            watch.endLife();
            return;
        }
        watch.hasRefused |= watch.isCookie && !watch.hasSpoken && watch.hasOffered(view.tcp.sequence() - 1);
    }

    /** True if a node has refused segments of a connection whose SYN it has answered by a cookie. */
    boolean hasRefused(final long flow) {
        final FlowWatch watch = flows.get(flow);
        return watch != null && watch.hasRefused;
    }

    private static void onPayload(final FlowWatch watch, final FrameView view) {
        final long position = watch.position(view.tcp.sequence());
        final int length = view.payloadLength();
        final long wrong = StreamPattern.mismatch(
                FlowKey.salt(watch.flow), position, length, view.memory(), view.tcp.payloadOffset());
        require(wrong < 0, "payload that is not the stream's, at " + wrong, watch, view);
        require(
                position + length <= watch.grantedEdge,
                "payload up to " + (position + length) + ", outside the window that the peer has granted",
                watch,
                view);
        watch.highest = Math.max(watch.highest, position + length);
    }

    private void onAcknowledgement(
            final int node, final FlowWatch watch, final FlowWatch reverse, final FrameView view) {
        if (watch.hasTimestamps) {
            watch.timestamp = view.parseOptions().timestampValue();
        }
        final long acknowledged = reverse.position(view.tcp.acknowledgment());
        checkVisible(node, acknowledged, watch, view);
        final long edge = acknowledged + ((long) view.tcp.window() << scale(watch, reverse));
        // A segment with payload may have waited for the bus while ACKs built later went out.
        final boolean hasPayload = view.payloadLength() > 0;
        final long before = hasPayload ? watch.edgeWithPayload : watch.edge;
        require(edge >= before, "the window's right edge goes back from " + before + " to " + edge, watch, view);
        watch.edge = Math.max(watch.edge, edge);
        if (hasPayload) {
            watch.edgeWithPayload = edge;
        }
    }

    private static int scale(final FlowWatch watch, final FlowWatch reverse) {
        return watch.scaleOffered >= 0 && reverse.scaleOffered >= 0 ? watch.scaleOffered : 0;
    }

    /** A frame has reached a node, unharmed. */
    void onDelivered(final int node, final FrameView view) {
        if (!view.isTcp() || view.destinationNode() != node || view.tcp.has(TcpHeader.RST)) {
            return;
        }
        final FlowWatch peer = flows.get(view.flow());
        if (peer == null || !peer.hasSyn || peer.isStale) {
            return;
        }
        final FlowWatch own = watch(FlowKey.reverse(view.flow()));
        if (view.tcp.has(TcpHeader.SYN)) {
            if (peer.hasOffered(view.tcp.sequence()) && own.hasSyn) {
                final long taken = view.tcp.has(TcpHeader.ACK) ? own.acknowledgedBy(view.tcp.acknowledgment()) : 0;
                own.grantedEdge = Math.max(own.grantedEdge, taken + view.tcp.window());
            }
            return;
        }
        if (!own.hasSyn || !view.tcp.has(TcpHeader.ACK)) {
            return;
        }
        final long acknowledged = own.position(view.tcp.acknowledgment());
        if (acknowledged < 0 || acknowledged > own.highest + 1) {
            return; // Of another connection on the same ports.
        }
        own.grantedEdge = Math.max(own.grantedEdge, acknowledged + ((long) view.tcp.window() << scale(peer, own)));
        // An ACK that lets the sender believe in loss, or that something has left the network, changes its rules.
        final boolean isDuplicate = view.payloadLength() == 0 && acknowledged <= own.acknowledged;
        own.isDisturbed |= isDuplicate || view.parseOptions().sackBlockCount() > 0;
        own.acknowledged = Math.max(own.acknowledged, acknowledged);
    }

    private static void require(final boolean holds, final String what, final FlowWatch watch, final FrameView view) {
        if (!holds) {
            throw new OracleFailure(what + ": " + watch + "; seq " + watch.position(view.tcp.sequence()) + " length "
                    + view.payloadLength() + " flags 0x" + Integer.toHexString(view.tcp.flags()) + " window "
                    + view.tcp.window());
        }
    }
}
