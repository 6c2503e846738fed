package org.pno.observe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pno.bridge.Bridge;
import org.pno.bridge.Holder;
import org.pno.bridge.HostArena;
import org.pno.bridge.ListenRequest;
import org.pno.bridge.SocketVisitor;
import org.pno.counters.Counters;
import org.pno.counters.CountersReader;
import org.pno.link.HostMemoryCounters;
import org.pno.port.PacketPort;
import org.pno.port.PortCount;
import org.pno.stack.ConnectionInfo;
import org.pno.wire.IpAddress;

/**
 * A DPU's connections and counters as JSON, made when somebody asks, on the DPU's own thread. The form is
 * docs/bridge.md's.
 */
public final class DpuViews {
    private static final int ROOT = 0;

    private final Bridge bridge;
    private final PacketPort port;
    private final CountersReader counters;
    private final HostMemoryCounters crossings;
    private final CallReports calls = new CallReports();

    public DpuViews(
            final Bridge bridge, final PacketPort port, final Counters counters, final HostMemoryCounters crossings) {
        this.bridge = bridge;
        this.port = port;
        this.counters = new CountersReader(counters.segment());
        this.crossings = crossings;
    }

    /** All listeners and connections that the user may see: his own; root sees all, those without an owner included. */
    public String connections(final int viewerUid) {
        final JsonWriter json = new JsonWriter();
        json.beginObject().name("connections").beginArray();
        bridge.forEachSocket(new Visitor(json, viewerUid));
        return json.endArray().endObject().toString();
    }

    private final class Visitor implements SocketVisitor {
        private final ConnectionInfo info = new ConnectionInfo();
        private final JsonWriter json;
        private final int viewerUid;

        Visitor(final JsonWriter json, final int viewerUid) {
            this.json = json;
            this.viewerUid = viewerUid;
        }

        @Override
        public void onListener(final HostArena arena, final ListenRequest request, final int waiting) {
            if (isHidden(arena)) {
                return;
            }
            json.beginObject().field("state", "LISTEN");
            endpoint("local", request.addressHi(), request.addressLo(), request.port());
            endpoint("remote", 0, 0, 0);
            json.field("recvQ", waiting).field("sendQ", request.backlog());
            owner(arena);
            json.endObject();
        }

        @Override
        public void onConnection(final HostArena arena, final int connection) {
            if (isHidden(arena)) {
                return;
            }
            bridge.stack().describe(connection, info);
            json.beginObject().field("state", info.state);
            endpoint("local", info.localHi, info.localLo, info.localPort);
            endpoint("remote", info.remoteHi, info.remoteLo, info.remotePort);
            json.field("recvQ", info.receiveQueueBytes)
                    .field("sendQ", info.sendQueueBytes)
                    .field("congestion", info.congestionControl)
                    .field("cwndBytes", info.cwndBytes)
                    .field("ssthreshBytes", info.ssthreshBytes)
                    .field("mssBytes", info.mssBytes)
                    .fieldThousandth("srttMicros", info.srttNs)
                    .fieldThousandth("rttvarMicros", info.rttvarNs)
                    .fieldThousandth("rtoMicros", info.rtoNs)
                    .field("retransmits", info.retransmittedSegments)
                    .field("segmentsIn", info.segmentsIn)
                    .field("segmentsOut", info.segmentsOut)
                    .field("sndWndBytes", info.sndWndBytes)
                    .field("rcvWndBytes", info.rcvWndBytes)
                    .field("sndWscale", info.sndWindowScale)
                    .field("rcvWscale", info.rcvWindowScale)
                    .field("sack", info.sackPermitted ? 1 : 0)
                    .field("timestamps", info.timestamps ? 1 : 0);
            owner(arena);
            json.endObject();
        }

        private boolean isHidden(final HostArena arena) {
            return viewerUid != ROOT && (arena == null || arena.tenant().uid() != viewerUid);
        }

        private void endpoint(final String name, final long hi, final long lo, final int portNumber) {
            final boolean onlyIpv6 = hi == IpAddress.ANY_IPV6.hi() && lo == IpAddress.ANY_IPV6.lo();
            final String address = hi == 0 && lo == 0 ? "*" : onlyIpv6 ? "::" : IpAddress.format(hi, lo);
            json.field(name, address).field(name + "Port", portNumber);
        }

        private void owner(final HostArena arena) {
            if (arena == null) {
                return; // Closed by its program; the stack finishes it.
            }
            json.field("uid", arena.tenant().uid());
            for (final Holder holder : arena.holders()) {
                if (holder.isAlive() && holder.pid() != 0) {
                    json.field("pid", holder.pid()).field("program", program(holder.pid()));
                    return;
                }
            }
        }
    }

    /** What programs asked for in vain. */
    public CallReports calls() {
        return calls;
    }

    static String program(final int pid) {
        try {
            return Files.readString(Path.of("/proc", Integer.toString(pid), "comm"))
                    .strip();
        } catch (final IOException e) {
            return "?"; // It has just gone.
        }
    }

    /** All counters with what they mean; the same for every user, since none names one. */
    public String counters() {
        final JsonWriter json = new JsonWriter();
        json.beginObject().name("counters").beginArray();
        counters.forEach((number, label, sentence, value) -> counter(json, label, sentence, value));
        for (final PortCount count : PortCount.values()) {
            counter(json, count.label(), count.sentence(), count.of(port.counters()));
        }
        counter(json, "bus.reads", "operations that read host memory", crossings.reads());
        counter(json, "bus.read-bytes", "bytes read from host memory", crossings.readBytes());
        counter(json, "bus.writes", "operations that wrote host memory", crossings.writes());
        counter(json, "bus.written-bytes", "bytes written to host memory", crossings.writtenBytes());
        counter(json, "bus.batches", "batches of operations", crossings.batches());
        levels(json);
        return json.endArray().endObject().toString();
    }

    /** What hosts hold of the DPU at this moment: nothing once their processes are gone and their connections done. */
    private void levels(final JsonWriter json) {
        long bytes = 0;
        long sockets = 0;
        long rxChunks = 0;
        for (final HostArena arena : bridge.arenas()) {
            bytes += arena.geometry().totalBytes();
            sockets += arena.socketsInUse();
            rxChunks += arena.rxChunksInUse();
        }
        counter(
                json,
                "now.arenas",
                "arenas that hosts share with the DPU now",
                bridge.arenas().size());
        counter(json, "now.arena-bytes", "bytes of these arenas, most of them never touched", bytes);
        counter(json, "now.sockets", "records that are not free now", sockets);
        counter(json, "now.rx-chunks", "receive chunks that hold bytes now", rxChunks);
    }

    private static void counter(final JsonWriter json, final String label, final String sentence, final long value) {
        json.beginObject()
                .field("name", label)
                .field("value", value)
                .field("meaning", sentence)
                .endObject();
    }
}
