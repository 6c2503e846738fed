package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.pno.link.SocketStatus;
import org.pno.sim.Bus;
import org.pno.sim.HostListener;
import org.pno.sim.HostSocket;
import org.pno.sim.OverEachTimedBus;
import org.pno.sys.Errno;

/** Programs of one DPU that speak with each other: the frames turn round in the bridge. */
class BridgeLoopbackTest {
    private BridgeFixture fixture;

    @AfterEach
    void close() {
        fixture.assertHealthy();
        fixture.close();
    }

    private HostSocket connectToSelf(final long hi, final long lo) {
        final HostSocket socket = fixture.host.host.takeRecord(fixture.channel);
        socket.connect(0, 0, 0, hi, lo, BridgeFixture.PORT);
        return socket;
    }

    private HostSocket accept(final HostListener listener, final HostSocket client) {
        final HostSocket[] accepted = new HostSocket[1];
        fixture.await(() -> {
            if (accepted[0] == null) {
                accepted[0] = listener.accept();
            }
            return accepted[0] != null && client.isRequestDone();
        });
        assertEquals(0, client.requestError());
        return accepted[0];
    }

    @OverEachTimedBus
    void shouldReachListenerOfSameDpu(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final HostListener listener = fixture.listen(2);
        final HostSocket client = connectToSelf(fixture.dpu.address.hi(), fixture.dpu.address.lo());
        final HostSocket server = accept(listener, client);
        for (int round = 0; round < 10; round++) {
            final byte[] bytes = BridgeFixture.pattern(1 + round * 20_000, round);
            fixture.transfer(client, server, bytes);
            fixture.transfer(server, client, bytes);
        }
        assertTrue(fixture.dpu.count(BridgeCounter.LOOPED) > 0);
    }

    @OverEachTimedBus
    void shouldReachListenerByLoopbackAddress(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final HostListener listener = fixture.listen(2);
        final HostSocket client = connectToSelf(0, 0xFFFF_7F00_0001L);
        final HostSocket server = accept(listener, client);
        fixture.transfer(client, server, BridgeFixture.pattern(1_000, 1));
        assertEquals(0xFFFF_7F00_0001L, server.info().localLo());
    }

    @OverEachTimedBus
    void shouldTellThatNobodyListensHere(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final HostSocket socket = connectToSelf(fixture.dpu.address.hi(), fixture.dpu.address.lo());
        fixture.await(() -> socket.isRequestDone() && socket.state() == SocketStatus.CLOSED);
        assertEquals(Errno.ECONNREFUSED, socket.requestError());
    }
}
