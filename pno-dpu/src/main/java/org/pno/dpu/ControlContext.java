package org.pno.dpu;

import java.util.List;
import org.pno.bridge.Bridge;
import org.pno.link.DpuAddress;
import org.pno.observe.DpuViews;
import org.pno.sys.EventSignals;

/**
 * What control connections need of the DPU.
 *
 * @param waitingRoom where descriptors are closed and asked that a host has had a hand on
 * @param signals rings the hosts' bells
 * @param identities what names sockets outside their arena
 * @param spares takes connections that the DPU makes itself
 * @param connectionsPerUser control connections that one user may have
 * @param stop ends the DPU's loop
 */
record ControlContext(
        Bridge bridge,
        Watches watches,
        WaitingRoom waitingRoom,
        EventSignals signals,
        Tenants tenants,
        Identities identities,
        SpareConnections spares,
        Captures captures,
        int connectionsPerUser,
        List<DpuAddress> addresses,
        long epoch,
        DpuViews views,
        Runnable stop) {}
