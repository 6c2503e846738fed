package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

class FlowTableTest {
    private static final int MAX = 64;

    private final FlowTable table = new FlowTable(KeyedHash.fast(1, 2), MAX);

    static Flow flow(final int remotePort) {
        final TimeWait flow = new TimeWait();
        flow.localLo = TcpTester.OUR_LO;
        flow.remoteLo = TcpTester.PEER_LO;
        flow.localPort = 80;
        flow.remotePort = remotePort;
        return flow;
    }

    private Flow added(final int remotePort) {
        final Flow flow = flow(remotePort);
        table.hash(flow);
        table.add(flow);
        return flow;
    }

    private Flow find(final int remotePort) {
        final Flow key = flow(remotePort);
        table.hash(key);
        return table.find(key);
    }

    @Test
    void shouldFindWhatWasAdded() {
        final Flow flow = added(1);
        assertSame(flow, find(1));
        assertNull(find(2));
    }

    @Test
    void shouldTellEachPartOfAFlowApart() {
        added(1);
        final Flow key = flow(1);
        key.localHi = 1;
        table.hash(key);
        assertNull(table.find(key));
    }

    @Test
    void shouldRemoveByIdentity() {
        added(1);
        final Flow twin = flow(1);
        table.hash(twin);
        table.remove(twin);
        assertEquals(1, table.size());
        assertNotSame(twin, find(1));
    }
}
