package org.pno.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.pno.wire.IpAddress;

/** What is remembered of narrow paths, for how long, and how many. */
class PathMtusTest {
    private static final long NOW_NS = 5_000;
    private static final long PEER_LO = IpAddress.ipv4Lo(0x0A4D0002);

    private final PathMtus mtus = new PathMtus();

    private int known(final long lo, final long nowNs) {
        return mtus.mtuBytes(0, lo, 1_500, nowNs);
    }

    @Test
    void shouldKnowNothingOfOtherDestinations() {
        mtus.learn(0, PEER_LO, 1_300, NOW_NS);
        assertEquals(1_300, known(PEER_LO, NOW_NS));
        assertEquals(1_500, known(PEER_LO + 1, NOW_NS));
    }

    @Test
    void shouldTakeLatestWord() {
        mtus.learn(0, PEER_LO, 1_300, NOW_NS);
        mtus.learn(0, PEER_LO, 1_200, NOW_NS);
        assertEquals(1_200, known(PEER_LO, NOW_NS));
        assertEquals(1, mtus.count());
    }

    @Test
    void shouldForgetAfterTenMinutes() {
        mtus.learn(0, PEER_LO, 1_300, NOW_NS);
        assertEquals(1_300, known(PEER_LO, NOW_NS + PathMtus.LIFE_NS - 1));
        assertEquals(1_500, known(PEER_LO, NOW_NS + PathMtus.LIFE_NS));
        assertEquals(0, mtus.count());
    }

    @Test
    void shouldStayBounded() {
        for (int i = 0; i < 100_000; i++) {
            mtus.learn(0, PEER_LO + i, 1_300, NOW_NS + i);
        }
        assertTrue(mtus.count() <= 1_024, () -> mtus.count() + " paths");
        assertEquals(1_300, known(PEER_LO + 99_999, NOW_NS + 100_000));
    }

    @Test
    void shouldNotSayMoreThanLinkCarries() {
        mtus.learn(0, PEER_LO, 1_300, NOW_NS);
        assertEquals(1_280, mtus.mtuBytes(0, PEER_LO, 1_280, NOW_NS));
    }

    @Test
    void shouldNotBelieveThatIpv4PathCarriesLessThanLinuxDoes() {
        final IpLayer ip = new IpFixture().ip;
        assertTrue(ip.narrowPath(0, PEER_LO, 68, NOW_NS));
        assertEquals(552, ip.pathMtuBytes(0, PEER_LO, NOW_NS));
    }

    @Test
    void shouldNotBelieveThatIpv6PathCarriesLessThanItMust() {
        final Ipv6Fixture net = new Ipv6Fixture();
        final IpAddress far = Ipv6Fixture.FAR;
        assertTrue(net.ip.narrowPath(far.hi(), far.lo(), 68, net.nowNs));
        assertEquals(1_280, net.ip.pathMtuBytes(far.hi(), far.lo(), net.nowNs));
    }

    @Test
    void shouldNotWidenPathOnWordOfRouter() {
        final IpFixture net = new IpFixture();
        assertTrue(net.ip.narrowPath(0, PEER_LO, 1_000, NOW_NS));
        assertFalse(net.ip.narrowPath(0, PEER_LO, 1_200, NOW_NS));
        assertEquals(1_000, net.ip.pathMtuBytes(0, PEER_LO, NOW_NS));
        assertEquals(1, net.count(IpCounter.PATH_MTU_NO_NEWS));
    }
}
