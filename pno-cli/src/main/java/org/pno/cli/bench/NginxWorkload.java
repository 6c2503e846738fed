package org.pno.cli.bench;

import java.util.List;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Shape;
import org.pno.sys.Cpu;

/** nginx: one worker, files by sendfile, connections kept. */
final class NginxWorkload extends HttpFiles {
    private static final String CONFIGURATION = """
            daemon off;
            user root;
            pid %1$s/nginx-%4$s.pid;
            error_log %1$s/nginx-%4$s.log;
            worker_processes 1;
            events { worker_connections 4096; }
            http {
                access_log off;
                sendfile on;
                open_file_cache max=16;
                keepalive_requests 1000000000;
                client_body_temp_path %1$s/body-%4$s;
                proxy_temp_path %1$s/proxy-%4$s;
                fastcgi_temp_path %1$s/fastcgi-%4$s;
                uwsgi_temp_path %1$s/uwsgi-%4$s;
                scgi_temp_path %1$s/scgi-%4$s;
                server { listen %2$s:%3$d; root %1$s/docs; }
            }
            """;

    @Override
    public String name() {
        return "nginx";
    }

    @Override
    String debianPackage() {
        return "nginx-light";
    }

    @Override
    public Service serve(final Bed bed, final Route route, final Shape shape) {
        if (Cpu.effectiveUserId() != 0) {
            throw new UserError("nginx changes its user, for which pno must be root.");
        }
        document(bed, shape);
        final String text = CONFIGURATION.formatted(bed.lab().directory(), route.hostAddress(), PORT, route.name());
        final String log =
                bed.lab().directory().resolve("nginx-" + route.name() + ".log").toString();
        final List<String> line = List.of(
                "nginx", "-e", log, "-c", configuration(bed, route, text).toString());
        return Service.of(start(bed, route, line), () -> client(bed, route, shape));
    }
}
