package org.pno.sim.world;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.pno.sim.net.StreamPattern;
import org.pno.wire.TcpHeader;

/** What a listener may do that answers SYNs by cookies, and no connection may. Node 0 connects to node 1. */
class WireObserverTest {
    private static final int CLIENT_PORT = 12_002;
    private static final int SERVER_PORT = 2_002;
    private static final int CLIENT_ISS = 1_000;
    private static final int FIRST_COOKIE = 1_868_661_106;
    private static final int SECOND_COOKIE = 1_774_332_070;

    private final FrameForge forge = new FrameForge();
    private final FrameView view = new FrameView();
    private boolean isRemembered;

    private final WireObserver observer = new WireObserver(new WireObserver.Hosts() {
        @Override
        public long visible(final int node, final long flow) {
            return 0;
        }

        @Override
        public boolean hasConnection(final int node, final long flow) {
            return isRemembered;
        }
    });

    private FrameView segment(final int from, final int flags, final int sequence, final int acknowledgment) {
        final int[] ports = from == 0 ? new int[] {CLIENT_PORT, SERVER_PORT} : new int[] {SERVER_PORT, CLIENT_PORT};
        forge.segment(1 - from, Addresses.of(from, false), ports, flags, new int[] {sequence, acknowledgment}, null, 0);
        return view.wrap(forge.memory, FrameForge.FRAME, forge.length());
    }

    private void send(final int from, final int flags, final int sequence, final int acknowledgment) {
        observer.onSent(from, segment(from, flags, sequence, acknowledgment));
    }

    private void open() {
        send(0, TcpHeader.SYN, CLIENT_ISS, 0);
        send(1, TcpHeader.SYN | TcpHeader.ACK, FIRST_COOKIE, CLIENT_ISS + 1);
    }

    private boolean isRefused() {
        return observer.hasRefused(FlowKey.of(1, SERVER_PORT, 0, CLIENT_PORT));
    }

    @Test
    void shouldLetTheFirstOfTwoCookiesCount() {
        open();
        send(1, TcpHeader.SYN | TcpHeader.ACK, SECOND_COOKIE, CLIENT_ISS + 1);
        assertDoesNotThrow(() -> send(0, TcpHeader.ACK, CLIENT_ISS + 1, FIRST_COOKIE + 1));
        assertDoesNotThrow(() -> send(1, TcpHeader.ACK, FIRST_COOKIE + 1, CLIENT_ISS + 1));
    }

    @Test
    void shouldNotLetAConnectionAnswerWithAnotherNumber() {
        isRemembered = true;
        open();
        send(1, TcpHeader.SYN | TcpHeader.ACK, SECOND_COOKIE, CLIENT_ISS + 1);
        assertThrows(OracleFailure.class, () -> send(0, TcpHeader.ACK, CLIENT_ISS + 1, FIRST_COOKIE + 1));
    }

    @Test
    void shouldKnowRefusalOfWhatOvertakesACookie() {
        open();
        assertFalse(isRefused());
        send(1, TcpHeader.RST, FIRST_COOKIE + 1, 0);
        assertTrue(isRefused());
    }

    @Test
    void shouldKnowRefusalByTheEarlierOfTwoCookies() {
        open();
        send(1, TcpHeader.SYN | TcpHeader.ACK, SECOND_COOKIE, CLIENT_ISS + 1);
        send(1, TcpHeader.RST, FIRST_COOKIE + 1, 0);
        assertTrue(isRefused());
    }

    @Test
    void shouldTakeNoResetOfAConnectionForRefusal() {
        isRemembered = true;
        open();
        send(1, TcpHeader.RST, FIRST_COOKIE + 1, 0);
        assertFalse(isRefused());
    }

    @Test
    void shouldTakeNoResetForRefusalOnceTheCookieHasComeBack() {
        open();
        send(0, TcpHeader.ACK, CLIENT_ISS + 1, FIRST_COOKIE + 1);
        send(1, TcpHeader.ACK, FIRST_COOKIE + 1, CLIENT_ISS + 1);
        send(1, TcpHeader.RST, FIRST_COOKIE + 1, 0);
        assertFalse(isRefused());
    }

    @Test
    void shouldLetACookieThatComesAgainBeginWithItsOwnWindow() {
        open();
        send(0, TcpHeader.ACK, CLIENT_ISS + 1, FIRST_COOKIE + 1);
        sendWindow(10_000);
        assertThrows(OracleFailure.class, () -> sendWindow(9_990));
        send(1, TcpHeader.RST | TcpHeader.ACK, FIRST_COOKIE + 1, CLIENT_ISS + 1);
        assertDoesNotThrow(() -> sendWindow(9_990));
    }

    /** The client is told of the reset later than its old SYN is answered anew, and acknowledges the old one still. */
    @Test
    void shouldLetAnOldSynMakeAnotherConnectionAfterAReset() {
        isRemembered = true;
        open();
        send(0, TcpHeader.ACK, CLIENT_ISS + 1, FIRST_COOKIE + 1);
        send(1, TcpHeader.RST | TcpHeader.ACK, FIRST_COOKIE + 1, CLIENT_ISS + 1);
        send(1, TcpHeader.SYN | TcpHeader.ACK, SECOND_COOKIE, CLIENT_ISS + 1);
        assertDoesNotThrow(() -> send(0, TcpHeader.ACK, CLIENT_ISS + 1, FIRST_COOKIE + 1));
    }

    @Test
    void shouldNotLetAConnectionThatIsInUseAnswerWithAnotherNumber() {
        isRemembered = true;
        open();
        send(0, TcpHeader.ACK, CLIENT_ISS + 1, FIRST_COOKIE + 1);
        send(1, TcpHeader.SYN | TcpHeader.ACK, SECOND_COOKIE, CLIENT_ISS + 1);
        assertThrows(OracleFailure.class, () -> send(0, TcpHeader.ACK, CLIENT_ISS + 1, FIRST_COOKIE + 1));
    }

    private void sendWindow(final int window) {
        segment(1, TcpHeader.ACK, FIRST_COOKIE + 1, CLIENT_ISS + 1);
        forge.window(window);
        observer.onSent(1, view);
    }

    private void sendSyn(final int serverPort, final int payloadLength) {
        final int[] ports = {CLIENT_PORT, serverPort};
        final int[] numbers = {CLIENT_ISS, 0};
        forge.segment(1, Addresses.of(0, false), ports, TcpHeader.SYN, numbers, null, payloadLength);
        final long flow = FlowKey.of(0, CLIENT_PORT, 1, serverPort);
        StreamPattern.fill(FlowKey.salt(flow), 0, payloadLength, forge.memory, forge.tcp.payloadOffset());
        observer.onSent(0, view.wrap(forge.memory, FrameForge.FRAME, forge.length()));
    }

    private void answerSyn(final int acknowledgment) {
        final int[] ports = {Specials.FAST_OPEN_PORT + 1, CLIENT_PORT};
        final int[] numbers = {FIRST_COOKIE, acknowledgment};
        forge.segment(0, Addresses.of(1, false), ports, TcpHeader.SYN | TcpHeader.ACK, numbers, null, 0);
        observer.onSent(1, view.wrap(forge.memory, FrameForge.FRAME, forge.length()));
    }

    @Test
    void shouldTakeASynWithDataWhereTheProgramWroteBeforeItConnected() {
        assertDoesNotThrow(() -> sendSyn(Specials.FAST_OPEN_PORT + 1, 20));
        assertThrows(OracleFailure.class, () -> sendSyn(SERVER_PORT, 20));
    }

    @Test
    void shouldNotLetASynAckAcknowledgeWhatTheHostCannotSee() {
        sendSyn(Specials.FAST_OPEN_PORT + 1, 20);
        assertDoesNotThrow(() -> answerSyn(CLIENT_ISS + 1));
        assertThrows(OracleFailure.class, () -> answerSyn(CLIENT_ISS + 21));
    }
}
