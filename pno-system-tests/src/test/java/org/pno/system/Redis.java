package org.pno.system;

import java.util.ArrayList;
import java.util.List;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;
import org.pno.cli.measure.Transport;

/**
 * A redis-server in a lab. Beside its TCP port it listens on a UNIX socket, which is the kernel's in any case: over it
 * a test asks how it is, whatever has become of its TCP.
 */
final class Redis {
    static final int DEFAULT_PORT = 6379;

    private final Testbed bed;
    private final Side side;
    private final Transport transport;
    private final int port;
    private final LabProcess process;

    private Redis(
            final Testbed bed, final Side side, final Transport transport, final int port, final List<String> options) {
        this.bed = bed;
        this.side = side;
        this.transport = transport;
        this.port = port;
        final List<String> command = new ArrayList<>();
        if (side == Side.HOST && transport == Transport.PNO) {
            command.addAll(List.of(Pno.command("run", "--")));
        }
        command.addAll(List.of("redis-server", "--bind", address(), "--port", Integer.toString(port)));
        command.addAll(List.of("--protected-mode", "no", "--save", "", "--unixsocket", unixSocket()));
        command.addAll(List.of("--dir", bed.directory().toString(), "--dbfilename", transport + "-" + port + ".rdb"));
        command.addAll(options);
        process = bed.start(side, "redis-" + transport, command.toArray(String[]::new));
    }

    /** Starts one on the host, reached as the lab's programs are, and waits until it accepts connections. */
    static Redis start(final Testbed bed, final String... options) {
        return launch(bed, bed.transport(), DEFAULT_PORT, options).awaitReady();
    }

    /** Starts one on the host that may fail. */
    static Redis launch(final Testbed bed, final Transport transport, final int port, final String... options) {
        return new Redis(bed, Side.HOST, transport, port, List.of(options));
    }

    /** Starts one on the peer, on its kernel's TCP, for clients on the host. */
    static Redis startOnPeer(final Testbed bed, final String... options) {
        return new Redis(bed, Side.PEER, bed.transport(), DEFAULT_PORT, List.of(options)).awaitReady();
    }

    Redis awaitReady() {
        process.await(
                "accept connections", Await.PATIENCE, () -> process.output().contains("Ready to accept connections"));
        return this;
    }

    Testbed bed() {
        return bed;
    }

    String address() {
        return transport.address(side);
    }

    int port() {
        return port;
    }

    private String unixSocket() {
        return bed.directory() + "/redis-" + transport + "-" + port + ".sock";
    }

    LabProcess process() {
        return process;
    }

    /** redis-server itself, as seen from outside the lab. */
    ProcessHandle program() {
        return process.program();
    }

    /** Asks over the UNIX socket. */
    String ask(final String... question) {
        return bed.run(side, command(question)).strip();
    }

    /** Asks over the UNIX socket, and does not wait for an answer. */
    void startAsking(final String... question) {
        bed.start(side, "question", command(question));
    }

    private String[] command(final String... question) {
        final List<String> command = new ArrayList<>(List.of("redis-cli", "-s", unixSocket()));
        command.addAll(List.of(question));
        return command.toArray(String[]::new);
    }

    /** One number out of INFO. */
    long info(final String name) {
        return ask("INFO")
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(
                        line -> Long.parseLong(line.substring(name.length() + 1).strip()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no '" + name + "' in INFO of " + process.output()));
    }

    /** SIGKILL to redis-server alone: a child that saves goes on. */
    void kill() {
        program().destroyForcibly();
        process.awaitEnd(Await.PATIENCE);
    }
}
