package org.pno.cli.compat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;

/** HAProxy, by HTTP and by TCP, before two servers that are offloaded too; reloads under load lose no request. */
final class Haproxy implements RealProgram {
    private static final int HTTP_PORT = 8080;
    private static final int TCP_PORT = 8081;
    private static final int FIRST_SERVER = 8001;
    private static final int RELOADS = 2;

    private static final String CONFIGURATION = """
            global
                maxconn 1000
                stats socket %1$s/haproxy.sock level admin expose-fd listeners
            defaults
                timeout connect 10s
                timeout client 30s
                timeout server 30s
            frontend web
                mode http
                bind %2$s:8080
                default_backend web
            backend web
                mode http
                balance roundrobin
                server first %2$s:8001 check inter 200ms
                server second %2$s:8002 check inter 200ms
            listen stream
                mode tcp
                bind %2$s:8081
                balance roundrobin
                server first %2$s:8001
                server second %2$s:8002
            """;

    private static final String SERVER = """
            server.document-root = "%s"
            server.bind = "%s"
            server.port = %d
            server.max-keep-alive-requests = 1000000
            """;

    @Override
    public String name() {
        return "haproxy";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("haproxy", "haproxy", "lighttpd", "lighttpd", "curl", "curl", "wrk", "wrk", "bc", "bc");
    }

    @Override
    public List<String> versionCommand() {
        return List.of("haproxy", "-v");
    }

    @Override
    public void run(final Bench bench) {
        final Path documents = Http.documents(bench);
        final List<LabProcess> servers =
                List.of(server(bench, documents, FIRST_SERVER), server(bench, documents, FIRST_SERVER + 1));
        final Path configuration =
                bench.text("haproxy.cfg", CONFIGURATION.formatted(bench.directory(), bench.address(Side.HOST)));
        final LabProcess plain = bench.serve(Side.HOST, HTTP_PORT, "haproxy", "-db", "-f", configuration.toString());
        check(bench, documents, HTTP_PORT);
        check(bench, documents, TCP_PORT);
        bench.stop(plain, 143); // it dies of the signal, as on the kernel
        reload(bench, configuration);
        servers.forEach(server -> bench.stop(server, "INT", 0));
    }

    private static LabProcess server(final Bench bench, final Path documents, final int port) {
        final String address = bench.address(Side.HOST);
        final Path configuration = bench.text(port + ".conf", SERVER.formatted(documents, address, port));
        return bench.serve(Side.HOST, port, "lighttpd", "-D", "-f", configuration.toString());
    }

    private static void check(final Bench bench, final Path documents, final int port) {
        final Http http = new Http(bench, "http://" + bench.address(Side.HOST) + ":" + port);
        http.checkFiles(documents);
        http.checkRange(documents.resolve("large"));
        http.checkLoad("/small");
    }

    /** The master executes itself anew, and new workers take the listeners over. */
    private static void reload(final Bench bench, final Path configuration) {
        final LabProcess master =
                bench.serve(Side.HOST, HTTP_PORT, "haproxy", "-W", "-db", "-f", configuration.toString());
        new Http(bench, "http://" + bench.address(Side.HOST) + ":" + HTTP_PORT).checkReloads(master, "USR2", RELOADS);
        bench.stop(master, 0);
    }
}
