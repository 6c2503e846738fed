package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;
import org.pno.cli.measure.Transport;

/** Sockets that go from program to program, as real programs have them go: on the host by PnO as by the kernel. */
@Tag("system")
class OwnershipTest {
    private static final String PYTHON = "/usr/bin/python3";
    private static final int PORT = 7000;
    private static final int RELOADS = 3;

    /** Says "ready", then hands its first connection to a program that it starts. */
    private static final String PASSES_TO_A_CHILD = """
            import socket, subprocess, sys
            listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
            print("ready", flush=True)
            connection, _ = listener.accept()
            child = '''if True:
                import socket, sys
                connection = socket.socket(fileno=int(sys.argv[1]))
                connection.sendall(connection.recv(100).upper())
                connection.close()
            '''
            number = connection.fileno()
            started = subprocess.Popen([sys.executable, "-c", child, str(number)], pass_fds=[number])
            connection.close()
            sys.exit(started.wait())
            """;

    /** Starts a program, then sends it a connection through a UNIX socket. */
    private static final String SENDS_TO_ANOTHER = """
            import socket, subprocess, sys
            ours, theirs = socket.socketpair()
            other = '''if True:
                import socket, sys
                channel = socket.socket(fileno=int(sys.argv[1]))
                _, numbers, _, _ = socket.recv_fds(channel, 100, 1)
                connection = socket.socket(fileno=numbers[0])
                connection.sendall(connection.recv(100).upper())
                connection.close()
            '''
            number = theirs.fileno()
            started = subprocess.Popen([sys.executable, "-c", other, str(number)], pass_fds=[number])
            listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
            print("ready", flush=True)
            connection, _ = listener.accept()
            socket.send_fds(ours, [b"x"], [connection.fileno()])
            connection.close()
            listener.close()
            sys.exit(started.wait())
            """;

    /** Listens, leaves the serving to a child, and ends. */
    private static final String LEAVES_ITS_CHILD = """
            import os, socket, sys
            listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
            if os.fork() != 0:
                os._exit(0)
            os.setsid()
            if os.fork() != 0:
                os._exit(0)
            print("ready", flush=True)
            connection, _ = listener.accept()
            connection.sendall(connection.recv(100).upper())
            connection.close()
            """;

    /** Asks once, and prints the answer up to its end. */
    private static final String ASKS = """
            import socket, sys
            connection = socket.create_connection((sys.argv[1], int(sys.argv[2])), 20)
            connection.sendall(b"hello")
            answer = b""
            for piece in iter(lambda: connection.recv(100), b""):
                answer += piece
            print(answer.decode())
            """;

    /** Four ask over HTTP, a connection each time, until a file is there; says how many answers were wrong. */
    private static final String ASKS_ON = """
            import http.client, os, sys, threading
            answers = []
            def ask():
                try:
                    connection = http.client.HTTPConnection(sys.argv[1], int(sys.argv[2]), timeout=20)
                    connection.request("GET", "/")
                    answer = connection.getresponse()
                    right = answer.status == 200 and answer.read() == b"hello"
                    connection.close()
                except (OSError, http.client.HTTPException) as e:
                    right = False
                    print(repr(e), flush=True)
                answers.append(right)
            def ask_on():
                while len(answers) < 20 or not os.path.exists(sys.argv[3]):
                    ask()
            threads = [threading.Thread(target=ask_on) for i in range(4)]
            for thread in threads:
                thread.start()
            while len(answers) < 20:
                threads[0].join(0.01)
            print("under way", flush=True)
            for thread in threads:
                thread.join()
            print(answers.count(False), "bad", flush=True)
            """;

    private static final String CLUSTER = """
            const cluster = require('cluster'), http = require('http');
            if (cluster.isPrimary) {
                for (let i = 0; i < 2; i++) cluster.fork();
            } else {
                http.createServer((request, response) => response.end('hello'))
                    .listen(Number(process.argv[3]), process.argv[2], () => console.log('ready'));
            }
            """;

    private static final String HAPROXY = """
            global
                stats socket %s/stats.sock mode 600 level admin expose-fd listeners
            defaults
                mode http
                timeout connect 10s
                timeout client 10s
                timeout server 10s
            frontend hello
                bind %s:%d
                http-request return status 200 content-type text/plain string "hello"
            """;

    private static Path write(final Testbed bed, final String name, final String text) {
        try {
            return Files.writeString(bed.directory().resolve(name), text);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static LabProcess onHost(final Testbed bed, final String name, final String... program) {
        final List<String> command = new ArrayList<>();
        if (bed.transport() == Transport.PNO) {
            command.addAll(List.of(Pno.command("run", "--")));
        }
        command.addAll(List.of(program));
        return bed.start(Side.HOST, name, command.toArray(String[]::new));
    }

    private static String address(final Testbed bed) {
        return bed.transport().address(Side.HOST);
    }

    private static LabProcess startReady(final Testbed bed, final String script) {
        final String path = write(bed, "program.py", script).toString();
        final LabProcess program = onHost(bed, "program", PYTHON, path, address(bed), Integer.toString(PORT));
        Await.until("a listener", program::output, () -> program.output().contains("ready"));
        return program;
    }

    private static String ask(final Testbed bed) {
        final String path = write(bed, "ask.py", ASKS).toString();
        return bed.run(Side.PEER, PYTHON, path, address(bed), Integer.toString(PORT))
                .strip();
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeByAProgramThatWasGivenTheConnection(final Transport transport) {
        try (Testbed bed = Testbed.open("passfds", transport)) {
            final LabProcess program = startReady(bed, PASSES_TO_A_CHILD);
            assertEquals("HELLO", ask(bed));
            assertEquals(0, program.awaitEnd(Await.PATIENCE), program::output);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeByAProgramThatWasSentTheConnection(final Transport transport) {
        try (Testbed bed = Testbed.open("sendfds", transport)) {
            final LabProcess program = startReady(bed, SENDS_TO_ANOTHER);
            assertEquals("HELLO", ask(bed));
            assertEquals(0, program.awaitEnd(Await.PATIENCE), program::output);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeByAChildWhoseParentsHaveEnded(final Transport transport) {
        try (Testbed bed = Testbed.open("daemon", transport)) {
            startReady(bed, LEAVES_ITS_CHILD);
            assertEquals("HELLO", ask(bed));
        }
    }

    /** Asks as long as {@code meanwhile} lasts; no answer may be wrong. */
    private static void askThroughout(final Testbed bed, final Runnable meanwhile) {
        final Path stop = bed.directory().resolve("stop");
        final String path = write(bed, "askon.py", ASKS_ON).toString();
        final LabProcess client =
                bed.start(Side.PEER, "client", PYTHON, path, address(bed), Integer.toString(PORT), stop.toString());
        Await.until("answers", client::output, () -> client.output().contains("under way"));
        meanwhile.run();
        write(bed, "stop", "");
        client.awaitEnd(Await.PATIENCE);
        assertEquals("under way\n0 bad\n", client.output());
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeByNodesCluster(final Transport transport) {
        try (Testbed bed = Testbed.open("cluster", transport)) {
            final String path = write(bed, "cluster.js", CLUSTER).toString();
            final LabProcess program = onHost(bed, "node", "node", path, address(bed), Integer.toString(PORT));
            Await.until("two workers", program::output, () -> program.output().split("ready", -1).length == 3);
            askThroughout(bed, () -> {});
        }
    }

    /** By its pid as it is outside of the lab. */
    private static void reload(final LabProcess haproxy) {
        try {
            final Process kill = new ProcessBuilder(
                            "kill", "-USR2", Long.toString(haproxy.program().pid()))
                    .start();
            assertEquals(0, kill.waitFor());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reloading", e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldReloadHaproxyWithoutAFailedRequest(final Transport transport) {
        try (Testbed bed = Testbed.open("haproxy", transport)) {
            final String text = HAPROXY.formatted(bed.directory(), address(bed), PORT);
            final LabProcess program = onHost(
                    bed,
                    "haproxy",
                    "haproxy",
                    "-W",
                    "-f",
                    write(bed, "haproxy.cfg", text).toString());
            Await.until("a worker", program::output, () -> program.output().contains("Loading success"));
            askThroughout(bed, () -> {
                for (int reload = 1; reload <= RELOADS; reload++) {
                    reload(program);
                    final int wanted = reload + 1;
                    Await.until(
                            "reload " + reload,
                            program::output,
                            () -> program.output().split("Former worker", -1).length == wanted);
                }
            });
        }
    }
}
