package org.pno.cli.compat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;

/** nginx with workers of another user: files by sendfile, a proxy to the peer; reloads and an upgrade under load. */
final class Nginx implements RealProgram {
    /** With its path: it starts itself anew by this name. */
    private static final String COMMAND = "/usr/sbin/nginx";

    private static final int PORT = 8081;
    private static final int UPSTREAM_PORT = 8000;
    private static final int RELOADS = 3;

    private static final String CONFIGURATION = """
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
        return Map.of(COMMAND, "nginx", "curl", "curl", "wrk", "wrk", "bc", "bc", Python.COMMAND, "python3");
    }

    @Override
    public List<String> versionCommand() {
        return List.of(COMMAND, "-v");
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
        final String[] daemon = {
            COMMAND,
            "-e",
            directory + "/nginx.log",
            "-c",
            bench.text("nginx.conf", configuration).toString()
        };
        final String[] foreground = Arrays.copyOf(daemon, daemon.length + 2);
        foreground[daemon.length] = "-g";
        foreground[daemon.length + 1] = "daemon off;";
        final LabProcess server = bench.serve(Side.HOST, PORT, foreground);
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
        upgrade(bench, daemon, http);
        upstream.kill();
    }

    /** As a daemon: another binary takes the listener over under load, by fork and exec; the old master ends. */
    private static void upgrade(final Bench bench, final String[] command, final Http http) {
        final Path pid = bench.directory().resolve("nginx.pid");
        final Path oldPid = bench.directory().resolve("nginx.pid.oldbin");
        bench.run(Side.HOST, command);
        http.checkUndisturbed(List.of(
                () -> {
                    signal(bench, pid, "USR2");
                    bench.await("a new master", () -> Files.exists(oldPid) && Files.exists(pid), () -> log(bench));
                },
                () -> signal(bench, oldPid, "WINCH"),
                () -> signal(bench, oldPid, "QUIT")));
        bench.await("the old master's end", () -> !Files.exists(oldPid), () -> log(bench));
        http.checkLoad("/small");
        signal(bench, pid, "QUIT");
        bench.await("the new master's end", () -> !Files.exists(pid), () -> log(bench));
    }

    private static void signal(final Bench bench, final Path pid, final String signal) {
        bench.shell(Side.PEER, "kill -" + signal + " $(< " + pid + ")");
    }

    private static String log(final Bench bench) {
        return bench.shell(Side.PEER, "tail " + bench.directory() + "/nginx.log");
    }
}
