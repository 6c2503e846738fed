package org.pno.cli.compat;

import java.nio.file.Path;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;

/** A program that loads a server; the server is lighttpd on the peer. */
abstract class HttpLoad implements RealProgram {
    private static final int PORT = 8000;

    private static final String CONFIGURATION = """
            server.document-root = "%s"
            server.bind = "0.0.0.0"
            server.port = %d
            server.max-keep-alive-requests = 100000
            """;

    @Override
    public final void run(final Bench bench) {
        final Path documents = Http.documents(bench);
        final Path configuration = bench.text("peer.conf", CONFIGURATION.formatted(documents, PORT));
        final LabProcess server = bench.serve(Side.PEER, PORT, "lighttpd", "-D", "-f", configuration.toString());
        drive(bench, "http://" + bench.address(Side.PEER) + ":" + PORT + "/small");
        server.kill();
    }

    /** Loads the server with requests for that file, and checks the report. */
    abstract void drive(Bench bench, String url);
}
