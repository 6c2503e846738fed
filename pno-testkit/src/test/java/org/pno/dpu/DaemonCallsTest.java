package org.pno.dpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pno.dpu.DaemonFixture.Host;
import org.pno.link.CallCount;
import org.pno.link.ControlClient;
import org.pno.link.ControlException;
import org.pno.link.HandshakeDescriptor;
import org.pno.link.UnsupportedCall;

/** What programs say they asked for in vain, as {@code pno ss --calls} asks for it. */
class DaemonCallsTest {
    private static final int SOL_SOCKET = 1;
    private static final int SO_ZEROCOPY = 60;

    @TempDir
    Path directory;

    private static CallCount zeroCopy(final long times) {
        return new CallCount(UnsupportedCall.SETSOCKOPT, SOL_SOCKET, SO_ZEROCOPY, times);
    }

    private static String asked(final DaemonFixture fixture) throws IOException {
        try (ControlClient tool = ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_TOOL)) {
            return tool.query(HandshakeDescriptor.QUERY_CALLS);
        }
    }

    @Test
    void shouldShowTheLastCountsOfAProgram() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final Host host = fixture.host(fixture.dpu);
            host.client.calls(List.of(zeroCopy(1)));
            host.client.calls(List.of(zeroCopy(7), new CallCount(UnsupportedCall.IOCTL, 0, 0, 2)));

            final String calls = asked(fixture);
            assertTrue(calls.contains("\"call\":\"setsockopt SOL_SOCKET SO_ZEROCOPY\",\"times\":7"), calls);
            assertTrue(calls.contains("\"call\":\"ioctl\",\"times\":2"), calls);
            assertTrue(calls.contains("\"pid\":" + ProcessHandle.current().pid()), calls);
            assertTrue(calls.contains("\"running\":1"), calls);
            assertFalse(calls.contains("\"times\":1,"), calls);
        }
    }

    @Test
    void shouldKeepTheCountsOfTheLastProgramsThatEnded() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            for (int i = 1; i <= 40; i++) {
                try (ControlClient program =
                        ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_PROGRAM)) {
                    program.calls(List.of(zeroCopy(1_000 + i)));
                }
            }
            DaemonFixture.await(() -> !askedUnchecked(fixture).contains("\"running\":1"));

            final String calls = asked(fixture);
            assertFalse(calls.contains("\"times\":1008,"), calls);
            assertTrue(calls.contains("\"times\":1009,"), calls);
            assertTrue(calls.contains("\"times\":1040,"), calls);
        }
    }

    private static String askedUnchecked(final DaemonFixture fixture) {
        try {
            return asked(fixture);
        } catch (final IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldCutOffWhoCountsMoreThanThereCanBe() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final Host rogue = fixture.host(fixture.dpu);
            assertThrows(
                    ControlException.class,
                    () -> rogue.client.calls(Collections.nCopies(HandshakeDescriptor.MAX_CALLS + 1, zeroCopy(1))));
            assertThrows(IOException.class, () -> rogue.client.calls(List.of(zeroCopy(1))));
            assertEquals("{\"calls\":[]}", asked(fixture));
        }
    }

    @Test
    void shouldTakeNoCountsFromATool() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory);
                ControlClient tool = ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_TOOL)) {
            assertThrows(ControlException.class, () -> tool.calls(List.of(zeroCopy(1))));
        }
    }
}
