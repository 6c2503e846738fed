package org.pno.cli.bench;

import java.nio.file.Path;
import java.util.List;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Shape;

/** lighttpd: one process, files by sendfile, connections kept. */
final class LighttpdWorkload extends HttpFiles {
    private static final String CONFIGURATION = """
            server.document-root = "%s"
            server.bind = "%s"
            server.port = %d
            server.network-backend = "sendfile"
            server.max-keep-alive-requests = 1000000000
            server.max-keep-alive-idle = 60
            server.max-connections = 2048
            server.max-fds = 8192
            """;

    @Override
    public String name() {
        return "lighttpd";
    }

    @Override
    public Service serve(final Bed bed, final Route route, final Shape shape) {
        final Path document = document(bed, shape);
        final Path file = configuration(bed, route, text(document.getParent(), route.hostAddress(), PORT));
        return Service.of(start(bed, route, line(file)), () -> client(bed, route, shape));
    }

    /** The configuration of a server of files. */
    static String text(final Path documents, final String address, final int port) {
        return CONFIGURATION.formatted(documents, address, port);
    }

    static List<String> line(final Path configuration) {
        return List.of("lighttpd", "-D", "-f", configuration.toString());
    }
}
