package org.pno.cli.compat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;

/** The JDK that runs us: blocking sockets closed by another thread, NIO selectors, its HTTP server and client. */
final class Jdk implements RealProgram {
    private static final int FIRST_PORT = 9000;
    private static final int CLIENTS = 20;
    private static final int BYTES = 300_000;
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @Override
    public String name() {
        return "java";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of();
    }

    @Override
    public List<String> versionCommand() {
        return List.of(JAVA, "--version");
    }

    @Override
    public void run(final Bench bench) {
        final Path source = bench.script("Servers.java.txt");
        bench.run(Side.PEER, JAVA.replaceFirst("java$", "javac"), "-d", "classes", source.toString());
        int port = FIRST_PORT;
        for (final String kind : List.of("blocking", "nio")) {
            final LabProcess server = serve(bench, Side.HOST, kind, port);
            bench.expect("echoes of " + kind, CLIENTS + " echoes", ask(bench, Side.PEER, "clients", port));
            end(bench, server);
            port++;
        }
        final LabProcess http = serve(bench, Side.HOST, "http", port);
        bench.expect("answers", CLIENTS + " answers", ask(bench, Side.PEER, "http-clients", port));
        end(bench, http);
        final LabProcess peer = serve(bench, Side.PEER, "blocking", ++port);
        bench.expect("echoes for clients", CLIENTS + " echoes", ask(bench, Side.HOST, "clients", port));
        end(bench, peer);
        final LabProcess peerHttp = serve(bench, Side.PEER, "http", ++port);
        bench.expect("answers for clients", CLIENTS + " answers", ask(bench, Side.HOST, "http-clients", port));
        peerHttp.kill();
    }

    private static LabProcess serve(final Bench bench, final Side side, final String kind, final int port) {
        return bench.serve(side, port, command(kind, bench.address(side), port));
    }

    private static String ask(final Bench bench, final Side side, final String kind, final int port) {
        final Side server = side == Side.HOST ? Side.PEER : Side.HOST;
        return bench.run(side, command(kind, bench.address(server), port)).strip();
    }

    private static String[] command(final String kind, final String address, final int port) {
        final List<String> line =
                new ArrayList<>(List.of(JAVA, "-XX:TieredStopAtLevel=1", "-cp", "classes", "Servers"));
        line.addAll(List.of(kind, address, Integer.toString(port), Integer.toString(CLIENTS), Integer.toString(BYTES)));
        return line.toArray(String[]::new);
    }

    /** Servers end when this file is there: they show so that a close from another thread works. */
    private static void end(final Bench bench, final LabProcess server) {
        final Path end = bench.text("end-of-java", "");
        bench.expect("exit status", 0, server.awaitEnd(Bench.PATIENCE));
        try {
            Files.delete(end);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
