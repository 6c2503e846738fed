package org.pno.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;

class RouteTableTest {
    private final RouteTable routes = new RouteTable()
            .addAddress(IpPrefix.parse("10.77.0.1/24"))
            .addDefaultGateway(IpAddress.parse("10.77.0.254"))
            .addAddress(IpPrefix.parse("192.168.5.9/30"))
            .addGateway(IpPrefix.parse("172.16.0.0/12"), IpAddress.parse("192.168.5.10"))
            .addGateway(IpPrefix.parse("172.16.9.0/24"), IpAddress.parse("10.77.0.2"));

    @ParameterizedTest
    @CsvSource({
        "10.77.0.2, 10.77.0.2, 10.77.0.1",
        "8.8.8.8, 10.77.0.254, 10.77.0.1",
        "192.168.5.10, 192.168.5.10, 192.168.5.9",
        "172.17.0.1, 192.168.5.10, 192.168.5.9",
        "172.16.9.1, 10.77.0.2, 10.77.0.1"
    })
    void shouldTakeTheLongestPrefix(final String destination, final String nextHop, final String source) {
        final int address = IpAddress.parseIpv4(destination);

        assertEquals(nextHop, IpAddress.formatIpv4(routes.nextHop(address)));
        assertEquals(source, IpAddress.formatIpv4(routes.sourceFor(address)));
    }

    @Test
    void shouldFindNoWayWithoutARoute() {
        final RouteTable attachedOnly = new RouteTable().addAddress(IpPrefix.parse("10.77.0.1/24"));

        assertEquals(RouteTable.NO_ROUTE, attachedOnly.nextHop(IpAddress.parseIpv4("10.78.0.1")));
        assertEquals(RouteTable.NO_ROUTE, attachedOnly.sourceFor(IpAddress.parseIpv4("10.78.0.1")));
    }

    @Test
    void shouldSpeakToItselfFromTheAddressSpokenTo() {
        final int own = IpAddress.parseIpv4("192.168.5.9");

        assertTrue(routes.isLocal(own));
        assertEquals(own, routes.sourceFor(own));
    }

    @ParameterizedTest
    @CsvSource({
        "10.77.0.255, true",
        "192.168.5.11, true",
        "255.255.255.255, true",
        "10.77.0.254, false",
        "192.168.5.10, false",
        "172.31.255.255, false"
    })
    void shouldKnowBroadcastAddresses(final String address, final boolean broadcast) {
        assertEquals(broadcast, routes.isBroadcast(IpAddress.parseIpv4(address)));
    }

    @Test
    void shouldKnowNoBroadcastAddressOnAPointToPointLink() {
        final RouteTable link = new RouteTable().addAddress(IpPrefix.parse("10.0.0.0/31"));

        assertFalse(link.isBroadcast(IpAddress.parseIpv4("10.0.0.1")));
        assertEquals("10.0.0.1", IpAddress.formatIpv4(link.nextHop(IpAddress.parseIpv4("10.0.0.1"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "10.77.0.1"})
    void shouldRefuseAGatewayThatIsNoNeighbour(final String gateway) {
        final IpAddress address = IpAddress.parse(gateway);

        final Exception e = assertThrows(IllegalArgumentException.class, () -> routes.addDefaultGateway(address));
        assertTrue(e.getMessage().contains(gateway), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"224.0.0.1/24", "127.0.0.1/8", "0.0.0.0/24", "ff02::1/64", "::1/128"})
    void shouldRefuseAddressesThatNoHostCanHave(final String prefix) {
        final IpPrefix address = IpPrefix.parse(prefix);

        assertThrows(IllegalArgumentException.class, () -> routes.addAddress(address));
    }
}
