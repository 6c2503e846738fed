package org.pno.cli.compat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;

/** lighttpd, also with workers: files by sendfile, connections kept, chunks from a program, uploads, restarts. */
final class Lighttpd implements RealProgram {
    private static final int PORT = 8080;
    private static final int RESTARTS = 2;

    private static final String CONFIGURATION = """
            server.modules = ( "mod_cgi" )
            server.document-root = "%s"
            server.bind = "%s"
            server.port = %d
            server.max-worker = %d
            server.network-backend = "sendfile"
            server.max-keep-alive-requests = 1000000
            server.stream-response-body = 1
            cgi.assign = ( ".sh" => "/bin/sh" )
            """;

    private static final String CHUNKS = """
            printf 'Content-Type: text/plain\\r\\n\\r\\n'
            for part in 1 2 3 4 5; do echo "part $part"; sleep 0.05; done
            """;

    private static final String DIGEST = """
            printf 'Content-Type: text/plain\\r\\n\\r\\n'
            head -c "$CONTENT_LENGTH" | sha256sum
            """;

    @Override
    public String name() {
        return "lighttpd";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("lighttpd", "lighttpd", "curl", "curl", "wrk", "wrk", "bc", "bc");
    }

    @Override
    public List<String> versionCommand() {
        return List.of("lighttpd", "-v");
    }

    @Override
    public void run(final Bench bench) {
        final Path documents = Http.documents(bench);
        bench.text("docs/chunks.sh", CHUNKS);
        bench.text("docs/digest.sh", DIGEST);
        serve(bench, documents, 0);
        serve(bench, documents, 2);
    }

    private static void serve(final Bench bench, final Path documents, final int workers) {
        final String address = bench.address(Side.HOST);
        final Path configuration =
                bench.text("lighttpd.conf", CONFIGURATION.formatted(documents, address, PORT, workers));
        final LabProcess server = bench.serve(Side.HOST, PORT, "lighttpd", "-D", "-f", configuration.toString());
        final Http http = new Http(bench, "http://" + address + ":" + PORT);
        http.checkFiles(documents);
        http.checkRange(documents.resolve("large"));
        bench.expect(
                "an answer in chunks",
                "part 1\npart 2\npart 3\npart 4\npart 5",
                http.curl("http://" + address + ":" + PORT + "/chunks.sh"));
        http.checkUpload("/digest.sh", documents.resolve("large"));
        http.checkLoad("/small");
        http.checkReloads(server, "USR1", RESTARTS);
        bench.stop(server, "INT", 0); // gracefully; by SIGTERM its status tells whether clients were connected
    }
}
