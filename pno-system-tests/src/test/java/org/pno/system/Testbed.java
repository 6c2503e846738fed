package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.pno.cli.lab.Lab;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.lab.Labs;
import org.pno.cli.machine.Cores;
import org.pno.cli.machine.Side;
import org.pno.cli.measure.DpuProcess;
import org.pno.cli.measure.DpuView;
import org.pno.cli.measure.Transport;
import org.pno.dpu.Buses;

/** A lab and what a test runs in it; all of that ends with it. */
final class Testbed implements AutoCloseable {
    /** The tree that is tested. */
    static final Path HOME = Path.of(System.getProperty("pno.home"));

    private final Lab lab;
    private final Transport transport;
    private final DpuView view;
    private DpuProcess dpu;
    private int processes;

    private Testbed(final Lab lab, final Transport transport) {
        this.lab = lab;
        this.transport = transport;
        view = new DpuView(lab.controlSocket());
    }

    /**
     * Makes a lab, with a DPU if programs are to be reached through one.
     *
     * @param purpose at most 12 letters; with our pid it names the lab, so that several can stand at once
     */
    static Testbed open(final String purpose, final Transport transport, final String... dpuOptions) {
        Pno.build();
        final Testbed bed = new Testbed(
                Labs.open("t-" + purpose + "-" + ProcessHandle.current().pid()), transport);
        try {
            if (transport == Transport.PNO) {
                bed.startDpu(dpuOptions);
            }
            return bed;
        } catch (final RuntimeException | Error e) {
            bed.close();
            throw e;
        }
    }

    /** How programs of this lab are reached, unless a test says otherwise. */
    Transport transport() {
        return transport;
    }

    /** Starts a DPU, for the first time or after its death. */
    void startDpu(final String... options) {
        final boolean hasBus = List.of(options).contains("--bus");
        final List<String> all = new ArrayList<>(hasBus ? List.of() : List.of(busOptions()));
        all.addAll(List.of(options));
        dpu = DpuProcess.start(lab, Cores.ofThisProcess(), all.toArray(String[]::new));
    }

    /** The bus that the suites run over: mapped, unless the system property {@code pno.bus} names another. */
    static String[] busOptions() {
        return new String[] {"--bus", System.getProperty("pno.bus", Buses.DEFAULT)};
    }

    LabProcess dpu() {
        return dpu.process();
    }

    /** {@code pno host}, of a bus without shared memory. */
    LabProcess farHost() {
        return dpu.host();
    }

    /** What the DPU tells. */
    DpuView view() {
        return view;
    }

    Lab lab() {
        return lab;
    }

    /** For what the programs store; goes with the lab. */
    Path directory() {
        return lab.directory();
    }

    /** Starts a program that runs until it is killed or the lab ends. */
    LabProcess start(final Side side, final String name, final String... command) {
        return lab.start(side, ++processes + "-" + name, List.of(command));
    }

    /** Runs a program to its good end and returns what it said. */
    String run(final Side side, final String... command) {
        return run(Await.PATIENCE, side, command);
    }

    String run(final Duration patience, final Side side, final String... command) {
        final LabProcess process = start(side, Path.of(command[0]).getFileName().toString(), command);
        try {
            final int status = process.awaitEnd(patience);
            assertEquals(0, status, () -> String.join(" ", command) + ": " + process.output());
            return process.output();
        } finally {
            process.kill();
        }
    }

    /** Runs a line of shell to its good end. */
    String shell(final Duration patience, final Side side, final String line) {
        return run(patience, side, "bash", "-c", "set -o pipefail; " + line);
    }

    /** Runs redis-cli on the peer against a server on the host. */
    String redisCli(final Redis server, final String... arguments) {
        final List<String> command =
                new ArrayList<>(List.of("redis-cli", "-h", server.address(), "-p", Integer.toString(server.port())));
        command.addAll(List.of(arguments));
        return run(Side.PEER, command.toArray(String[]::new)).strip();
    }

    /** Connections of the host that stand. */
    long establishedConnections() {
        return transport == Transport.PNO
                ? view.count("ESTAB")
                : run(Side.HOST, "ss", "-Htn", "state", "established").lines().count();
    }

    /** Bytes that the host's connections have received and no program has read. */
    long unreadBytes() {
        return transport == Transport.PNO
                ? view.unreadBytes()
                : run(Side.HOST, "ss", "-Htn", "state", "established")
                        .lines()
                        .mapToLong(line -> Long.parseLong(line.strip().split(" +")[0]))
                        .sum();
    }

    /** What the DPU, if there is one, holds for programs; the kernel needs no proof. */
    String held() {
        return transport == Transport.PNO ? view.held() : "";
    }

    /** Waits until the DPU holds that and no more. */
    void awaitHeld(final String expected) {
        Await.until("'" + expected + "' held by the DPU", this::held, () -> held().equals(expected));
    }

    /** The command line of a Java program of these tests. */
    static List<String> java(final Class<?> program, final String... arguments) {
        final List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    @Override
    public void close() {
        lab.close();
    }
}
