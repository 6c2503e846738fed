package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pno.cli.lab.Lab;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.lab.Labs;
import org.pno.cli.machine.Cores;
import org.pno.cli.machine.Side;

@Tag("system")
class LabTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void shouldJoinHostAndPeerByTheKernel() {
        try (Lab lab = Labs.open("test-join")) {
            // nobody listens there, and the host itself says so
            final String connect = "exec 3<> /dev/tcp/" + Side.HOST.kernelAddress() + "/9";
            final LabProcess client = lab.start(Side.PEER, "client", List.of("bash", "-c", connect));
            assertEquals(1, client.awaitEnd(PATIENCE));
            assertTrue(client.output().contains("Connection refused"), client.output());
        }
    }

    @Test
    void shouldGiveThePeerAWireToTheDpu() {
        try (Lab lab = Labs.open("test-wire")) {
            final LabProcess ip = lab.start(Side.PEER, "ip", List.of("ip", "-br", "addr", "show", "dev", "pno0"));
            assertEquals(0, ip.awaitEnd(PATIENCE));
            assertTrue(ip.output().contains(Side.PEER.offloadedAddress() + "/24"), ip.output());
        }
    }

    @Test
    void shouldSteerWhatAHostReceivesToItsOwnCores() {
        try (Lab lab = Labs.open("test-steer")) {
            final String mask = "cat /sys/class/net/kernel0/queues/rx-0/rps_cpus";
            final String script = "mount -t sysfs sysfs /sys && " + mask;
            final LabProcess read = lab.start(Side.HOST, "mask", List.of("unshare", "--mount", "sh", "-c", script));
            assertEquals(0, read.awaitEnd(PATIENCE), read.output());
            assertTrue(lab.isSteered());
            final long cores = Long.parseLong(read.output().strip().replace(",", ""), 16);
            assertEquals(1L << Cores.ofThisProcess().hostCore(), cores);
        }
    }

    /** As all do that a shell starts in the background. */
    @Test
    void shouldLetSigintEndAProgramThoughWhoStartedItIgnoresThat() throws IOException, InterruptedException {
        try (Lab lab = Labs.open("test-signals")) {
            final List<String> program = List.of("sh", "-c", "kill -INT $$; echo ignored");
            final List<String> line = new ArrayList<>(List.of("sh", "-c", "trap '' INT; exec \"$@\"", "sh"));
            line.addAll(lab.commandLine(Side.HOST, lab.directory(), program));
            final Process shell =
                    new ProcessBuilder(line).redirectErrorStream(true).start();
            assertEquals("", new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            assertTrue(shell.waitFor(PATIENCE));
        }
    }

    @Test
    void shouldKillWhatRunsInItWhenItIsClosed() {
        final Lab lab = Labs.open("test-close");
        final LabProcess sleeper = lab.start(Side.HOST, "sleeper", List.of("sleep", "1000"));
        final ProcessHandle program = sleeper.program();
        lab.close();
        sleeper.awaitEnd(PATIENCE);
        assertFalse(program.isAlive());
        assertFalse(Files.exists(lab.directory()));
    }

    @Test
    void shouldEndThoughACommandInItIsStopped() throws IOException, InterruptedException {
        final Lab lab = Labs.open("test-stopped");
        final LabProcess sleeper = lab.start(Side.HOST, "sleeper", List.of("sleep", "1000"));
        final ProcessHandle command = sleeper.program().parent().orElseThrow();
        final Process stop = new ProcessBuilder("kill", "-STOP", Long.toString(command.pid())).start();
        assertEquals(0, stop.waitFor());
        lab.close();
        sleeper.awaitEnd(PATIENCE);
        assertFalse(Files.exists(lab.directory()));
    }

    @Test
    void shouldEndWithTheProgramThatOpenedIt() throws IOException, InterruptedException {
        final Process opener = new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dpno.home=" + System.getProperty("pno.home"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Opener.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        final BufferedReader output = opener.inputReader();
        final Path directory = Path.of(output.readLine());
        final ProcessHandle sleeper =
                ProcessHandle.of(Long.parseLong(output.readLine())).orElseThrow();
        assertTrue(sleeper.isAlive());
        opener.destroyForcibly().waitFor();
        assertTrue(hasEnded(sleeper), "a program outlived its lab");
        for (int i = 0; i < 1000 && Files.exists(directory); i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertFalse(Files.exists(directory), directory + " was left behind");
    }

    /** No child of ours, so its end is asked for. */
    private static boolean hasEnded(final ProcessHandle process) throws InterruptedException {
        for (int i = 0; i < 1000 && process.isAlive(); i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return !process.isAlive();
    }

    /** A program that is killed while its lab stands. */
    static final class Opener {
        private Opener() {}

        @SuppressWarnings("resource") // closing it is what must not be needed
        public static void main(final String[] args) throws InterruptedException {
            final Lab lab = Labs.open("test-opener");
            final LabProcess sleeper = lab.start(Side.HOST, "sleeper", List.of("sleep", "1000"));
            System.out.println(lab.directory());
            System.out.println(sleeper.program().pid());
            Thread.currentThread().join();
        }
    }
}
