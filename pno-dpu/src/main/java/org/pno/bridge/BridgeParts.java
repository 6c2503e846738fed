package org.pno.bridge;

import org.pno.port.PacketPort;

/** The parts of a bridge, each with those it needs, in the order in which they can be built. */
record BridgeParts(
        ChunkMaps maps,
        Holdings holdings,
        ReceivePath receive,
        TransmitMaps transmitMaps,
        Channels channels,
        Publisher publisher,
        TransmitPath transmit,
        Credits credits,
        Listeners listeners,
        RecordReads records,
        Sweeps sweeps,
        SubmissionPath submissions,
        Holders holders) {

    static BridgeParts build(
            final BridgeContext context, final PacketPort port, final BridgeListener listener, final long nowNs) {
        final ChunkMaps maps = new ChunkMaps();
        final HolderQueue released = new HolderQueue();
        final Holdings holdings = new Holdings(nowNs);
        final ReceivePath receive = new ReceivePath(context, maps, holdings);
        final TransmitMaps transmitMaps = new TransmitMaps(context, maps);
        final Channels channels = new Channels(context);
        final Publisher publisher = new Publisher(context, transmitMaps, receive, channels);
        final TransmitPath transmit = new TransmitPath(context, port, transmitMaps, publisher);
        final Credits credits = new Credits(context, transmitMaps, publisher);
        final Listeners listeners = new Listeners(context, credits, receive, publisher, released);
        final HostLevels levels = new HostLevels(context, receive, listeners, channels);
        final Connections connections = new Connections(context, receive, listeners, publisher);
        final RecordReads records = new RecordReads(context, levels, connections, listeners, released);
        final Sweeps sweeps = new Sweeps(context, records);
        final SubmissionPath submissions = new SubmissionPath(context, channels, levels, transmitMaps, records, sweeps);
        final Holders holders = new Holders(context, records, released, listener);
        return new BridgeParts(
                maps,
                holdings,
                receive,
                transmitMaps,
                channels,
                publisher,
                transmit,
                credits,
                listeners,
                records,
                sweeps,
                submissions,
                holders);
    }
}
