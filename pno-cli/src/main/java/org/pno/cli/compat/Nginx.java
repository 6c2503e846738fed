package org.pno.cli.compat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;

/** nginx with workers of another user: files by sendfile, a proxy to a server on the peer, reloads under load. */
final class Nginx implements RealProgram {
    private static final int PORT = 8081;
    private static final int UPSTREAM_PORT = 8000;
    private static final int RELOADS = 3;

    private static final String CONFIGURATION = """
            daemon off;
            pid %1$s/nginx.pid;
            error_log %1$s/nginx.log;
            worker_processes 2;
            events { worker_connections 256; }
            http {
                access_log off;
                sendfile on;
                keepalive_requests 1000000;
                tcp_nopush on;
                client_max_body_size 64m;
                client_body_temp_path %1$s/body;
                proxy_temp_path %1$s/proxy;
                fastcgi_temp_path %1$s/fastcgi;
                uwsgi_temp_path %1$s/uwsgi;
                scgi_temp_path %1$s/scgi;
                upstream peer { server %4$s:%5$d; keepalive 8; }
                server {
                    listen %2$s:%3$d;
                    root %1$s/docs;
                    location /proxy/ { proxy_pass http://peer/; }
                    location /kept/ { proxy_pass http://peer/; proxy_http_version 1.1; proxy_set_header Connection ""; }
                }
            }
            """;

    @Override
    public String name() {
        return "nginx";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("nginx", "nginx", "curl", "curl", "wrk", "wrk", "bc", "bc", Python.COMMAND, "python3");
    }

    @Override
    public List<String> versionCommand() {
        return List.of("nginx", "-v");
    }

    @Override
    public boolean changesUser() {
        return true;
    }

    @Override
    public void run(final Bench bench) {
        final Path documents = Http.documents(bench);
        final Path directory = bench.directory();
        final LabProcess upstream = Http.serve(bench, Side.PEER, UPSTREAM_PORT, documents);
        final String address = bench.address(Side.HOST);
        final String configuration =
                CONFIGURATION.formatted(directory, address, PORT, bench.address(Side.PEER), UPSTREAM_PORT);
        final LabProcess server = bench.serve(
                Side.HOST,
                PORT,
                "nginx",
                "-e",
                directory + "/nginx.log",
                "-c",
                bench.text("nginx.conf", configuration).toString());
        final Http http = new Http(bench, "http://" + address + ":" + PORT);
        http.checkFiles(documents);
        http.checkRange(documents.resolve("large"));
        http.checkSame("/proxy/large", documents.resolve("large"));
        http.checkSame("/kept/small", documents.resolve("small"));
        http.checkLoad("/small");
        http.checkLoad("/kept/small");
        http.checkReloads(server, "HUP", RELOADS);
        http.checkLoad("/small");
        bench.stop(server, 0);
        upstream.kill();
    }
}
