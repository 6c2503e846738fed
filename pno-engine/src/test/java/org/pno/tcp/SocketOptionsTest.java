package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.data;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.MS;
import static org.pno.tcp.TcpTester.OUR_PORT;
import static org.pno.tcp.TcpTester.SECOND;

import org.junit.jupiter.api.Test;
import org.pno.sys.Errno;

/** TCP_SYNCNT, TCP_LINGER2, TCP_DEFER_ACCEPT, TCP_WINDOW_CLAMP, MSG_MORE, SO_REUSEPORT. */
class SocketOptionsTest {
    private final TcpTester tester = new TcpTester();

    @Test
    void shouldTellWhatWasSentToWhoAsks() {
        tester.establish(SegmentSpec.of("S").offers().timestamps(1, 0), 1); // 128 bytes.
        tester.write(1_000);
        assertEquals(0, tester.connection().txSent());
        tester.settings.tellsSent = true;
        tester.configure();
        assertEquals(tester.connection().sendNext(), tester.connection().txSent());
        assertTrue(tester.connection().txSent() < 1_000);
        tester.inject(SegmentSpec.ackOf(1, 1).window(512).timestamps(2, tester.ourTimestamp()));
        assertEquals(1_000, tester.connection().txSent());
    }

    @Test
    void shouldRepeatASynAsOftenAsTheSocketWants() {
        tester.settings.synRetries = 2;
        tester.connect();
        tester.advance(60 * SECOND);
        for (int i = 0; i < 3; i++) {
            tester.expect("S");
        }
        tester.expectNothing();
        assertNull(tester.state());
    }

    @Test
    void shouldWaitForThePeersFinAsLongAsTheSocketWants() {
        tester.settings.finWait2Ns = 5 * SECOND;
        closeAndAcknowledge();
        assertEquals(TcpState.FIN_WAIT_2, tester.state());
        tester.advance(4 * SECOND);
        assertEquals(TcpState.FIN_WAIT_2, tester.state());
        tester.advance(2 * SECOND);
        assertNull(tester.state());
    }

    @Test
    void shouldNotWaitForThePeersFinIfTheSocketDoesNotWant() {
        tester.settings.finWait2Ns = -1;
        closeAndAcknowledge();
        tester.advance(2 * MS);
        assertNull(tester.state());
    }

    private void closeAndAcknowledge() {
        tester.establish(of("S"), 512);
        tester.close();
        tester.expect("FA");
        tester.inject(of("A").seq(1).ack(2).window(512));
    }

    @Test
    void shouldAcceptWhenDataComes() {
        tester.settings.deferAccept = 3;
        tester.listen();
        tester.inject(of("S").seq(0));
        tester.ourIss = tester.expect("SA").sequence;
        tester.inject(of("A").seq(1).ack(1).window(512));
        assertTrue(tester.accepted.isEmpty());
        assertEquals(1, tester.dropped(DropReason.ACCEPT_DEFERRED));
        tester.inject(data(1, 1, 10));
        assertEquals(1, tester.accepted.size());
        assertEquals("[0+10]", tester.placed.toString());
    }

    @Test
    void shouldAcceptWithoutDataWhenItHasWaitedEnough() {
        tester.settings.deferAccept = 2;
        tester.listen();
        tester.inject(of("S").seq(0));
        tester.ourIss = tester.expect("SA").sequence;
        tester.inject(of("A").seq(1).ack(1).window(512));
        tester.expectNothingFor(2 * SECOND); // The first repetition is left out: the peer has answered.
        tester.advance(2 * SECOND);
        tester.expect("SA");
        tester.inject(of("A").seq(1).ack(1).window(512));
        assertEquals(1, tester.accepted.size());
    }

    @Test
    void shouldClampTheWindow() {
        tester.settings.windowClampBytes = 3_000;
        tester.listen();
        tester.inject(of("S").seq(0));
        assertEquals(3_000, tester.expect("SA").window);
    }

    @Test
    void shouldHoldAPartialSegmentThatMoreFollows() {
        tester.establish(of("S").mss(TcpTester.MSS), 5_000);
        tester.connection().settings.noDelay = true;
        tester.engine().onMoreToCome(tester.connection(), 1_470);
        tester.write(1_470);
        tester.expectData(1, TcpTester.MSS);
        tester.expectNothing();
        tester.write(5);
        tester.expectData(1 + TcpTester.MSS, 15);
    }

    @Test
    void shouldSendWhatMoreWasToFollowAfter200Ms() {
        tester.establish(of("S").mss(TcpTester.MSS), 5_000);
        tester.engine().onMoreToCome(tester.connection(), 10);
        tester.write(10);
        tester.expectNothingFor(199 * MS);
        tester.advance(2 * MS);
        tester.expectData(1, 10);
    }

    private int listen(final boolean share, final int owner) {
        tester.settings.reusePort = share;
        tester.settings.owner = owner;
        return tester.listen();
    }

    @Test
    void shouldShareAPortAmongListenersOfOneOwnerThatAllSaySo() {
        assertTrue(listen(true, 7) >= 0);
        assertTrue(listen(true, 7) >= 0);
        assertEquals(-Errno.EADDRINUSE, listen(true, 8));
        assertEquals(-Errno.EADDRINUSE, listen(false, 7));
    }

    @Test
    void shouldSpreadFlowsOverListenersByHash() {
        final Listeners listeners = new Listeners();
        tester.settings.reusePort = true;
        final int[] counts = new int[4];
        for (int i = 0; i < counts.length; i++) {
            listeners.add(0, 0, OUR_PORT, 1, tester.settings);
        }
        final Flow flow = new Segment();
        flow.localLo = TcpTester.OUR_LO;
        flow.localPort = OUR_PORT;
        for (int i = 0; i < 400; i++) {
            flow.flowHash = i * 0x9E37_79B9;
            counts[listeners.find(flow).number]++;
        }
        for (final int count : counts) {
            assertTrue(count > 80, "of 400 only " + count);
        }
        listeners.remove(listeners.get(0));
        for (int i = 0; i < 400; i++) {
            flow.flowHash = i * 0x9E37_79B9;
            assertTrue(listeners.find(flow).number > 0);
        }
    }
}
