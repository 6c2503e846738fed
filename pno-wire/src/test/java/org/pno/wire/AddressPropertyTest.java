package org.pno.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

/** Any address, written and read back. */
class AddressPropertyTest {
    @Property
    void shouldReadBackEveryIpv4Address(@ForAll final int ipv4) {
        final IpAddress address = IpAddress.parse(IpAddress.formatIpv4(ipv4));

        assertTrue(address.isIpv4());
        assertEquals(ipv4, address.ipv4());
        assertEquals(IpAddress.formatIpv4(ipv4), address.toString());
    }

    @Property
    void shouldReadBackEveryIpv6Address(@ForAll final long hi, @ForAll final long lo) {
        assertEquals(new IpAddress(hi, lo), IpAddress.parse(IpAddress.format(hi, lo)));
    }

    @Property
    void shouldReadIpv6AsTheJdkDoes(@ForAll final short zeroGroups, @ForAll final long hi, @ForAll final long lo)
            throws UnknownHostException {
        final ByteBuffer bytes = ByteBuffer.allocate(16).putLong(hi | 1L << 63).putLong(lo);
        for (int group = 1; group < 8; group++) {
            if ((zeroGroups >> group & 1) == 1) {
                bytes.putShort(2 * group, (short) 0);
            }
        }
        final IpAddress address = new IpAddress(bytes.getLong(0), bytes.getLong(8));

        final InetAddress jdk = InetAddress.getByName(address.toString());

        assertEquals(InetAddress.getByAddress(bytes.array()), jdk);
        assertEquals(address, IpAddress.parse(jdk.getHostAddress()));
    }

    @Property
    void shouldReadBackEveryMacAddress(@ForAll @LongRange(max = MacAddress.BROADCAST) final long mac) {
        assertEquals(mac, MacAddress.parse(MacAddress.format(mac)));
    }

    @Property
    void shouldMakeLocalAddressesThatAreNobodys(@ForAll final long bits) {
        final long mac = MacAddress.local(bits);

        assertTrue(MacAddress.isUnicast(mac));
        assertEquals(2, mac >>> 40 & 3);
    }
}
