package org.pno.cli.compat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;

/** Python's own servers and clients: http.server, socketserver with threads and processes, selectors, asyncio. */
final class Python implements RealProgram {
    static final String COMMAND = "/usr/bin/python3";

    private static final int HTTP_PORT = 8000;
    private static final int FIRST_PORT = 9000;
    private static final int CLIENTS = 20;
    private static final int BYTES = 300_000;

    @Override
    public String name() {
        return "python";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of(COMMAND, "python3", "curl", "curl", "bc", "bc");
    }

    @Override
    public List<String> versionCommand() {
        return List.of(COMMAND, "--version");
    }

    @Override
    public void run(final Bench bench) {
        final Path echo = bench.script("echo.py");
        int port = FIRST_PORT;
        for (final String kind : List.of("threading", "forking", "selectors", "asyncio")) {
            final LabProcess server = serve(bench, Side.HOST, echo, kind, port);
            bench.expect("echoes of " + kind, CLIENTS + " echoes", ask(bench, Side.PEER, echo, "clients", port));
            bench.stop(server, 0);
            port++;
        }
        final LabProcess server = serve(bench, Side.PEER, echo, "threading", port);
        for (final String kind : List.of("clients", "asyncio-clients")) {
            bench.expect("echoes for " + kind, CLIENTS + " echoes", ask(bench, Side.HOST, echo, kind, port));
        }
        server.kill();
        checkHttp(bench);
    }

    private static void checkHttp(final Bench bench) {
        final Path documents = Http.documents(bench);
        final String address = bench.address(Side.HOST);
        final LabProcess server = Http.serve(bench, Side.HOST, HTTP_PORT, documents);
        new Http(bench, "http://" + address + ":" + HTTP_PORT).checkFiles(documents);
        bench.stop(server, "INT", 0);
    }

    private static LabProcess serve(
            final Bench bench, final Side side, final Path echo, final String kind, final int port) {
        return bench.serve(side, port, COMMAND, echo.toString(), kind, bench.address(side), Integer.toString(port));
    }

    private static String ask(final Bench bench, final Side side, final Path echo, final String kind, final int port) {
        final Side server = side == Side.HOST ? Side.PEER : Side.HOST;
        return bench.run(
                        side,
                        COMMAND,
                        echo.toString(),
                        kind,
                        bench.address(server),
                        Integer.toString(port),
                        Integer.toString(CLIENTS),
                        Integer.toString(BYTES))
                .strip();
    }
}
