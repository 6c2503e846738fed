package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pno.wire.TcpHeader;

class StateTableTest {
    private static final int RST_ACK = TcpHeader.RST | TcpHeader.ACK;

    @ParameterizedTest
    @EnumSource(TcpState.class)
    void shouldKnowWhatToDoWithEveryCombination(final TcpState state) {
        for (int flags = 0; flags < 32; flags++) {
            assertNotNull(StateTable.action(state, flags));
        }
    }

    @ParameterizedTest
    @EnumSource(TcpState.class)
    void shouldDropSynWithRstInEveryState(final TcpState state) {
        assertEquals(StateTable.Action.NONSENSE, StateTable.action(state, TcpHeader.SYN | TcpHeader.RST));
    }

    @ParameterizedTest
    @EnumSource(
            value = TcpState.class,
            names = {"LISTEN", "SYN_SENT", "SYN_RECEIVED"})
    void shouldOpenNothingForSynWithFin(final TcpState state) {
        assertEquals(StateTable.Action.NONSENSE, StateTable.action(state, TcpHeader.SYN | TcpHeader.FIN));
    }

    @ParameterizedTest
    @EnumSource(
            value = TcpState.class,
            names = {"ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT", "CLOSING", "LAST_ACK"})
    void shouldTreatSynWithFinAsAnySynInAConnection(final TcpState state) {
        assertEquals(StateTable.Action.SYN, StateTable.action(state, TcpHeader.SYN | TcpHeader.FIN));
    }

    @Test
    void shouldNeverAnswerResetForNobody() {
        assertEquals(StateTable.Action.RESET_TO_NOBODY, StateTable.action(TcpState.CLOSED, RST_ACK));
        assertEquals(StateTable.Action.RESET_TO_NOBODY, StateTable.action(TcpState.LISTEN, RST_ACK));
    }

    @ParameterizedTest
    @EnumSource(
            value = TcpState.class,
            names = {"CLOSED", "LISTEN", "SYN_SENT"},
            mode = EnumSource.Mode.EXCLUDE)
    void shouldTreatAllSynchronisedStatesAlike(final TcpState state) {
        assertEquals(StateTable.Action.ORDINARY, StateTable.action(state, TcpHeader.ACK));
        assertEquals(StateTable.Action.ORDINARY, StateTable.action(state, TcpHeader.ACK | TcpHeader.FIN));
        assertEquals(StateTable.Action.RESET, StateTable.action(state, RST_ACK));
        assertEquals(StateTable.Action.SYN, StateTable.action(state, TcpHeader.SYN | TcpHeader.ACK));
        assertEquals(StateTable.Action.NO_ACK, StateTable.action(state, TcpHeader.FIN));
    }

    @ParameterizedTest
    @EnumSource(TcpState.class)
    void shouldLetEveryConnectionEnd(final TcpState state) {
        final EnumSet<TcpState> noConnection = EnumSet.of(TcpState.CLOSED, TcpState.LISTEN);
        assertEquals(!noConnection.contains(state), state.mayBecome(TcpState.CLOSED));
    }

    @Test
    void shouldRefuseTransitionThatTheRfcDoesNotHave() {
        assertTrue(TcpState.ESTABLISHED.mayBecome(TcpState.FIN_WAIT_1));
        assertFalse(TcpState.FIN_WAIT_2.mayBecome(TcpState.ESTABLISHED));
        final Connection connection = new Connection(0, new TcpConfiguration());
        assertThrows(IllegalStateException.class, () -> connection.changeState(TcpState.ESTABLISHED));
    }
}
