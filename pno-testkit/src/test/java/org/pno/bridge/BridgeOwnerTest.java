package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pno.bridge.BridgeFixture.Pair;
import org.pno.sim.Bus;
import org.pno.stack.ConnectionInfo;

/** Whose a flow is, which decides who may see it. */
class BridgeOwnerTest {
    private final BridgeFixture fixture = new BridgeFixture(Bus.MAPPED);

    @AfterEach
    void close() {
        fixture.close();
    }

    private Tenant owner(final int localPort, final int remotePort) {
        return fixture.dpu.bridge.ownerOf(
                fixture.dpu.address.hi(),
                fixture.dpu.address.lo(),
                localPort,
                fixture.peer.address.hi(),
                fixture.peer.address.lo(),
                remotePort);
    }

    private int remotePort() {
        final ConnectionInfo info = new ConnectionInfo();
        fixture.dpu
                .bridge
                .stack()
                .forEachConnection(number -> fixture.dpu.bridge.stack().describe(number, info));
        return info.remotePort;
    }

    @Test
    void shouldBeTheUsersWhoListens() {
        fixture.listen(4);
        assertSame(fixture.dpu.tenant, owner(BridgeFixture.PORT, 1));
        assertNull(owner(BridgeFixture.PORT + 1, 1));
    }

    @Test
    void shouldBeTheUsersWhoHasTheConnection() {
        fixture.acceptedPair();
        assertSame(fixture.dpu.tenant, owner(BridgeFixture.PORT, remotePort()));
    }

    @Test
    void shouldBeNobodysOnceTheProgramHasClosedIt() {
        final Pair pair = fixture.acceptedPair();
        final int remotePort = remotePort();
        pair.own().close();
        fixture.await(() -> pair.peer().isAtEnd());
        fixture.steps(1000);
        assertNull(owner(BridgeFixture.PORT, remotePort));
    }
}
