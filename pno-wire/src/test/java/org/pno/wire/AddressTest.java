package org.pno.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** IP addresses, prefixes and MAC addresses, as numbers and as text. */
class AddressTest {
    @ParameterizedTest
    @CsvSource({
        "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "0:0:0:0:0:0:0:1, ::1",
        "::, ::",
        "fe80::, fe80::",
        "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "::ffff:10.77.0.1, 10.77.0.1",
        "64:ff9b::10.77.0.1, 64:ff9b::a4d:1"
    })
    void shouldWriteIpv6AsRfc5952(final String text, final String canonical) {
        assertEquals(canonical, IpAddress.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.",
                ".1.2.3",
                "1..2.3",
                "1.2.3.256",
                "01.2.3.4",
                "1.2.3.4 ",
                "-1.2.3.4",
                "a.b.c.d",
                "1.2.3.99999999999"
            })
    void shouldRefuseWhatIsNoIpv4Address(final String text) {
        final Exception e = assertThrows(IllegalArgumentException.class, () -> IpAddress.parseIpv4(text));
        assertTrue(e.getMessage().contains("\"" + text + "\""), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7::8",
                "12345::",
                "g::",
                "::1.2.3",
                "1.2.3.4::",
                "fe80::1%eth0",
                "1:2:3:4:5:6:7:1.2.3.4"
            })
    void shouldRefuseWhatIsNoIpv6Address(final String text) {
        assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text));
    }

    @Test
    void shouldKnowTheSpecialBlocksOfIpv4() {
        assertTrue(IpAddress.isMulticastIpv4(IpAddress.parseIpv4("239.255.255.255")));
        assertFalse(IpAddress.isMulticastIpv4(IpAddress.parseIpv4("240.0.0.0")));
        assertTrue(IpAddress.isLoopbackIpv4(IpAddress.parseIpv4("127.255.0.1")));
        assertTrue(IpAddress.isThisNetworkIpv4(IpAddress.parseIpv4("0.1.2.3")));
        assertTrue(IpAddress.isReservedIpv4(IpAddress.parseIpv4("255.255.255.255")));
        assertFalse(IpAddress.isReservedIpv4(IpAddress.parseIpv4("223.255.255.255")));
    }

    @Test
    void shouldTellIpv4FromIpv6() {
        assertFalse(IpAddress.ANY.isIpv4());
        assertFalse(IpAddress.parse("::10.77.0.1").isIpv4());
        assertTrue(IpAddress.parse("0.0.0.0").isIpv4());
    }

    @ParameterizedTest
    @CsvSource({
        "10.77.0.1/24, 10.77.0.255, true",
        "10.77.0.1/24, 10.77.1.0, false",
        "10.77.0.1/32, 10.77.0.1, true",
        "10.77.0.1, 10.77.0.0, false",
        "0.0.0.0/0, 255.1.2.3, true",
        "0.0.0.0/0, ::1, false",
        "fd00:1::/65, fd00:1::1, true",
        "fd00:1::/65, fd00:1::8000:0:0:0, false",
        "fd00:1::/16, fd00:2::, true",
        "::/0, fd00:2::, true"
    })
    void shouldHoldTheAddressesOfAPrefix(final String prefix, final String text, final boolean contained) {
        final IpAddress address = IpAddress.parse(text);

        assertEquals(contained, IpPrefix.parse(prefix).contains(address.hi(), address.lo()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/a", "/8", "fd00::/129", "10.0.0.0/8/8"})
    void shouldRefuseWhatIsNoPrefix(final String text) {
        assertThrows(IllegalArgumentException.class, () -> IpPrefix.parse(text));
    }

    @Test
    void shouldMakeTheNetmask() {
        assertEquals(0xFFFFFF00, IpPrefix.parse("10.77.0.1/24").ipv4Mask());
        assertEquals(0, IpPrefix.parse("10.77.0.1/0").ipv4Mask());
        assertEquals(-1, IpPrefix.parse("10.77.0.1").ipv4Mask());
        assertEquals("10.77.0.1/24", IpPrefix.parse("10.77.0.1/24").toString());
    }

    @Test
    void shouldWriteMacAddressesInLowerCase() {
        assertEquals("02:0a:00:ff:00:01", MacAddress.format(0x020A_00FF_0001L));
        assertEquals(0x020A_00FF_0001L, MacAddress.parse("02:0A:00:fF:00:01"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "02:00:00:00:00", "02:00:00:00:00:0g", "02-00-00-00-00-01", "02:00:00:00:00:001"})
    void shouldRefuseWhatIsNoMacAddress(final String text) {
        assertThrows(IllegalArgumentException.class, () -> MacAddress.parse(text));
    }

    @Test
    void shouldTellGroupsFromStations() {
        assertTrue(MacAddress.isMulticast(MacAddress.BROADCAST) && MacAddress.isBroadcast(MacAddress.BROADCAST));
        assertTrue(MacAddress.isMulticast(0x0100_5E00_0001L));
        assertFalse(MacAddress.isUnicast(MacAddress.NONE));
        assertTrue(MacAddress.isUnicast(0x0200_0000_0001L));
    }
}
