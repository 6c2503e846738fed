package org.pno.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.ip.FragmentFixture.segment;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pno.wire.Icmpv4Header;
import org.pno.wire.Icmpv6Header;
import org.pno.wire.Ipv4Header;
import org.pno.wire.Ipv6Header;
import org.pno.wire.WireDrop;

/** Fragments of both families: what is put together, and what is not. */
class FragmentReassemblyTest {
    private static final int NOT_ECT = 0;
    private static final int ECT_1 = 1;
    private static final int ECT_0 = 2;
    private static final int CE = 3;

    private final byte[] data = segment(2_500, 1);
    private FragmentFixture net;

    private void use(final boolean ipv6) {
        net = new FragmentFixture(ipv6);
    }

    private void assertNothingHeld() {
        assertEquals(0, net.taken());
        assertEquals(0, net.count(IpCounter.REASSEMBLED));
    }

    private static long timeoutNs(final boolean ipv6) {
        return ipv6 ? FragmentReassembly.IPV6_TIMEOUT_NS : FragmentReassembly.IPV4_TIMEOUT_NS;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldPutTwoFragmentsTogether(final boolean ipv6) {
        use(ipv6);

        assertEquals(IpLayer.NOTHING, net.receive(data, 0, 1_480, true));
        assertEquals(IpLayer.TCP, net.receive(data, 1_480, 1_020, false));

        assertArrayEquals(data, net.arrived);
        assertEquals(0, net.taken());
        assertEquals(1, net.count(IpCounter.REASSEMBLED));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldPutTheLongestPacketTogether(final boolean ipv6) {
        use(ipv6);
        final byte[] longest = segment(ipv6 ? 65_535 : 65_515, 2);

        net.receive(longest, 32_768, longest.length - 32_768, false);
        assertEquals(IpLayer.TCP, net.receive(longest, 0, 32_768, true));

        assertArrayEquals(longest, net.arrived);
    }

    @Test
    void shouldKeepHeadersBeforeTheFragmentHeader() {
        use(true);
        net.hopByHop = true;

        net.receive(data, 1_480, 1_020, false);
        assertEquals(IpLayer.TCP, net.receive(data, 0, 1_480, true));

        assertArrayEquals(data, net.arrived);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotMixPackets(final boolean ipv6) {
        use(ipv6);
        net.receive(data, 0, 1_480, true);
        net.identification++;

        assertEquals(IpLayer.NOTHING, net.receive(data, 1_480, 1_020, false));
        net.identification--;
        net.host++;
        assertEquals(IpLayer.NOTHING, net.receive(data, 1_480, 1_020, false));
        assertEquals(3, net.taken());
    }

    @Test
    void shouldTakeTheProtocolOfTheFirstFragmentWithIpv6() {
        use(true);
        net.protocol = FragmentFixture.UDP;
        net.receive(data, 1_480, 1_020, false);
        net.protocol = Ipv6Header.PROTOCOL_TCP;

        assertEquals(IpLayer.TCP, net.receive(data, 0, 1_480, true));
    }

    @Test
    void shouldKeepProtocolsApartWithIpv4() {
        use(false);
        net.protocol = FragmentFixture.UDP;
        net.receive(data, 1_480, 1_020, false);
        net.protocol = Ipv4Header.PROTOCOL_TCP;

        assertEquals(IpLayer.NOTHING, net.receive(data, 0, 1_480, true));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldIgnoreAnExactDuplicate(final boolean ipv6) {
        use(ipv6);
        net.receive(data, 0, 800, true);
        net.receive(data, 0, 800, true);
        net.receive(data, 1_600, 900, false);
        net.receive(data, 1_600, 900, false);

        assertEquals(IpLayer.TCP, net.receive(data, 800, 800, true));
        assertEquals(2, net.count(IpCounter.FRAGMENT_DUPLICATE));
        assertArrayEquals(data, net.arrived);
    }

    @ParameterizedTest
    @CsvSource({
        "792, 800, true",
        "800, 808, true",
        "0, 2400, true",
        "80, 80, true",
        "2392, 108, false",
        "2400, 200, false",
        "1600, 904, true"
    })
    void shouldRefuseAPacketWhoseFragmentsOverlap(final int position, final int length, final boolean more) {
        for (final boolean ipv6 : new boolean[] {false, true}) {
            use(ipv6);
            final byte[] longer = segment(2_600, 1);
            net.receive(longer, 0, 800, true);
            net.receive(longer, 1_600, 800, true);
            net.receive(longer, 2_400, 100, false);

            net.receive(longer, position, length, more);

            assertEquals(1, net.count(IpCounter.FRAGMENT_OVERLAP));
            assertNothingHeld();
            assertEquals(IpLayer.NOTHING, net.receive(longer, 800, 800, true));
            assertEquals(1, net.count(IpCounter.FRAGMENT_REFUSED));
            assertTrue(net.sent.isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldRefuseOtherBytesInTheSamePlace(final boolean ipv6) {
        use(ipv6);
        net.receive(data, 0, 800, true);

        net.receiveZeros(0, 800, true);

        assertEquals(1, net.count(IpCounter.FRAGMENT_OVERLAP));
        assertNothingHeld();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldForgetARefusedPacketInTime(final boolean ipv6) {
        use(ipv6);
        net.receive(data, 0, 800, true);
        net.receive(data, 792, 800, true);
        net.advance(timeoutNs(ipv6));
        assertTrue(net.sent.isEmpty());

        net.receive(data, 0, 1_480, true);
        assertEquals(IpLayer.TCP, net.receive(data, 1_480, 1_020, false));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldTellTheSenderOfAPacketThatIsLate(final boolean ipv6) {
        use(ipv6);
        net.receive(data, 0, 80, true);
        net.advance(1);
        net.receive(data, 160, 80, true);
        assertTrue(net.ip.nextDeadlineNs() <= net.nowNs - 1 + timeoutNs(ipv6));
        net.advance(timeoutNs(ipv6) - 2);
        assertEquals(1, net.taken());

        net.advance(1);

        assertNothingHeld();
        assertEquals(1, net.count(IpCounter.FRAGMENT_LATE));
        final int type = ipv6 ? Icmpv6Header.TIME_EXCEEDED : Icmpv4Header.TIME_EXCEEDED;
        assertEquals(List.of(type, 1, 0), net.lastError());
        assertArrayEquals(Arrays.copyOf(data, 80), net.lastQuote());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldSayNothingIfTheFirstFragmentNeverCame(final boolean ipv6) {
        use(ipv6);
        net.receive(data, 160, 80, true);

        net.advance(timeoutNs(ipv6));

        assertEquals(1, net.count(IpCounter.FRAGMENT_LATE));
        assertNothingHeld();
        assertTrue(net.sent.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotReportAnErrorThatIsLate(final boolean ipv6) {
        use(ipv6);
        net.protocol = ipv6 ? Ipv6Header.PROTOCOL_ICMPV6 : Ipv4Header.PROTOCOL_ICMP;
        final byte[] error = new byte[1_000];
        error[0] = (byte) (ipv6 ? Icmpv6Header.DESTINATION_UNREACHABLE : Icmpv4Header.DESTINATION_UNREACHABLE);
        net.receive(error, 0, 800, true);

        net.advance(timeoutNs(ipv6));

        assertEquals(1, net.count(IpCounter.FRAGMENT_LATE));
        assertTrue(net.sent.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldBoundTheRateOfReports(final boolean ipv6) {
        use(ipv6);
        for (int round = 0; round < 4; round++) {
            net.receive(data, 0, 80, true);
            net.identification++;
        }

        net.advance(timeoutNs(ipv6));

        assertEquals(4, net.count(IpCounter.FRAGMENT_LATE));
        assertEquals(1, net.sent.size());
        assertEquals(3, net.count(IpCounter.ERRORS_LIMITED));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldRefuseAFirstFragmentWithoutItsWholeTcpHeader(final boolean ipv6) {
        use(ipv6);
        net.receive(data, 0, 16, true);
        net.receive(data, 16, 2_484, false); // Which with IPv4 is seen to be as bad.

        assertEquals(ipv6 ? 1 : 2, net.count(IpCounter.FRAGMENT_TINY));
        assertNothingHeld();
        if (ipv6) {
            assertEquals(
                    List.of(Icmpv6Header.PARAMETER_PROBLEM, Icmpv6Header.CODE_INCOMPLETE_CHAIN, 0), net.lastError());
        } else {
            assertTrue(net.sent.isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldRefuseAFirstFragmentWithoutItsTcpOptions(final boolean ipv6) {
        use(ipv6);
        data[12] = (byte) 0xF0; // 60 bytes
        net.receive(data, 0, 56, true);
        net.receive(data, 56, 2_444, false);

        assertEquals(1, net.count(IpCounter.FRAGMENT_TINY));
        assertNothingHeld();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldDropAFragmentBeyondTheLongestPacket(final boolean ipv6) {
        use(ipv6);
        net.receive(data, 0, 1_480, true);

        net.receiveZeros(65_528, 1_000, false);

        assertEquals(1, net.count(IpCounter.FRAGMENT_TOO_LONG));
        if (ipv6) {
            final int offsetField = Ipv6Header.BYTES + 2;
            assertEquals(
                    List.of(Icmpv6Header.PARAMETER_PROBLEM, Icmpv6Header.CODE_ERRONEOUS_FIELD, offsetField),
                    net.lastError());
        }
        assertEquals(IpLayer.TCP, net.receive(data, 1_480, 1_020, false)); // Only that fragment was dropped.
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldDropAMiddleFragmentOfOddLength(final boolean ipv6) {
        use(ipv6);
        net.receive(data, 0, 1_479, true);

        assertEquals(1, net.count(IpCounter.FRAGMENT_LENGTH));
        assertNothingHeld();
        if (ipv6) {
            assertEquals(
                    List.of(Icmpv6Header.PARAMETER_PROBLEM, Icmpv6Header.CODE_ERRONEOUS_FIELD, 4), net.lastError());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldDropAnEmptyFragment(final boolean ipv6) {
        use(ipv6);
        net.receive(data, 0, 0, true);
        net.receive(data, 80, 0, false);

        assertEquals(2, net.count(IpCounter.FRAGMENT_LENGTH));
        assertNothingHeld();
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "2, 2, 2", "1, 1, 1", "2, 3, 3", "3, 1, 3", "3, 3, 3"})
    void shouldCombineEcn(final int first, final int second, final int whole) {
        for (final boolean ipv6 : new boolean[] {false, true}) {
            use(ipv6);
            net.dscpEcn = 0xB8 | first;
            net.receive(data, 0, 1_480, true);
            net.dscpEcn = second;

            assertEquals(IpLayer.TCP, net.receive(data, 1_480, 1_020, false));
            assertEquals(0xB8 | whole, net.arrivedDscpEcn);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {ECT_0, ECT_1, CE})
    void shouldDropWhatPartlyKnowsEcn(final int other) {
        for (final boolean ipv6 : new boolean[] {false, true}) {
            use(ipv6);
            net.dscpEcn = NOT_ECT;
            net.receive(data, 0, 1_480, true);
            net.dscpEcn = other;

            assertEquals(IpLayer.NOTHING, net.receive(data, 1_480, 1_020, false));
            assertEquals(1, net.count(IpCounter.FRAGMENT_ECN));
            assertNothingHeld();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldGiveUpASourcesOldestPacketForItsNext(final boolean ipv6) {
        use(ipv6);
        for (int i = 0; i < FragmentReassembly.MAX_OF_SOURCE; i++) {
            net.identification = i;
            net.receive(data, 0, 1_480, true);
        }
        net.identification = 99;
        net.receive(data, 0, 1_480, true);

        assertEquals(1, net.count(IpCounter.FRAGMENT_EVICTED));
        assertEquals(FragmentReassembly.MAX_OF_SOURCE, net.taken());
        net.identification = 1;
        assertEquals(IpLayer.TCP, net.receive(data, 1_480, 1_020, false));
        net.identification = 0;
        assertEquals(IpLayer.NOTHING, net.receive(data, 1_480, 1_020, false));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotLetOneSourceStarveOthers(final boolean ipv6) {
        use(ipv6);
        net.receive(data, 0, 1_480, true);
        net.host = 66;
        for (int i = 0; i < 1_000; i++) {
            net.identification = i;
            net.receive(data, 0, 1_480, true);
        }
        net.host = 2;
        net.identification = 7;

        assertEquals(IpLayer.TCP, net.receive(data, 1_480, 1_020, false));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldHoldSoManyFramesAndNoMore(final boolean ipv6) {
        use(ipv6);
        for (int i = 0; i < 100; i++) {
            net.host = 2 + i;
            net.receive(data, 0, 1_480, true);
        }
        assertEquals(FragmentReassembly.MAX_DATAGRAMS, net.mostTaken);

        net.host = 101 - FragmentReassembly.MAX_DATAGRAMS;
        assertEquals(IpLayer.NOTHING, net.receive(data, 1_480, 1_020, false)); // It had been the oldest.
        net.host = 101;
        assertEquals(IpLayer.TCP, net.receive(data, 1_480, 1_020, false));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldDropFragmentsIfThereIsNoFrame(final boolean ipv6) {
        use(ipv6);
        net.frames = 0;
        net.receive(data, 0, 1_480, true);
        assertEquals(1, net.count(IpCounter.FRAGMENT_NO_FRAME));

        net.frames = 1;
        net.receive(data, 0, 1_480, true);
        assertEquals(IpLayer.TCP, net.receive(data, 1_480, 1_020, false));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldAnswerAUdpPacketThatCameInFragments(final boolean ipv6) {
        use(ipv6);
        net.protocol = FragmentFixture.UDP;
        net.receive(data, 0, 1_480, true);

        assertEquals(IpLayer.NOTHING, net.receive(data, 1_480, 1_020, false));
        assertEquals(1, net.count(IpCounter.UDP));
        assertEquals(
                ipv6
                        ? List.of(Icmpv6Header.DESTINATION_UNREACHABLE, Icmpv6Header.CODE_PORT_UNREACHABLE, 0)
                        : List.of(Icmpv4Header.DESTINATION_UNREACHABLE, Icmpv4Header.CODE_PORT_UNREACHABLE, 0),
                net.lastError());
        assertEquals(0, net.taken());
    }

    @Test
    void shouldNotHearNeighbourDiscoveryInFragments() {
        use(true);
        net.protocol = Ipv6Header.PROTOCOL_ICMPV6;
        final byte[] solicitation = new byte[32];
        solicitation[0] = (byte) Icmpv6Header.NEIGHBOUR_SOLICITATION;
        net.receive(solicitation, 0, 24, true);
        net.receive(solicitation, 24, 8, false);
        net.receive(solicitation, 0, 32, false); // In one part.

        assertEquals(2, net.count(IpCounter.NDP_FRAGMENTED));
        assertTrue(net.sent.isEmpty());
    }

    @Test
    void shouldRefuseFragmentsOfFragments() {
        use(true);
        net.protocol = Ipv6Header.FRAGMENT;
        final byte[] nested = new byte[48];
        nested[0] = Ipv6Header.PROTOCOL_TCP;
        nested[3] = 1;
        net.receive(nested, 0, 40, true);
        net.receive(nested, 40, 8, false);

        assertEquals(1, net.wireDrops.value(WireDrop.IPV6_EXTENSION_COUNT));
        assertEquals(1, net.count(IpCounter.FRAGMENT_REFUSED));
        assertNothingHeld();
    }
}
