package org.pno.bridge;

import org.pno.counters.CounterGroup;
import org.pno.stack.NetworkStack;

/** What nearly every part of the bridge needs. */
record BridgeContext(
        Bus bus,
        NetworkStack stack,
        SocketTable table,
        Slots slots,
        Fences fences,
        Journal journal,
        CounterGroup<BridgeCounter> counters) {}
