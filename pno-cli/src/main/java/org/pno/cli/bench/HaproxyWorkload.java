package org.pno.cli.bench;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.load.LoadJob;
import org.pno.cli.machine.Side;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Shape;

/**
 * HAProxy, by HTTP, one thread, before a server on the peer, lighttpd or the load generator. Connections are kept on
 * both sides; there are two for a request.
 */
final class HaproxyWorkload extends HttpFiles {
    static final int BACKEND_PORT = 8000;

    private static final Duration START = Duration.ofSeconds(20);
    private static final String CONFIGURATION = """
            global
                maxconn 4000
                nbthread 1
            defaults
                mode http
                timeout connect 10s
                timeout client 60s
                timeout server 60s
                http-reuse always
            listen web
                bind %1$s:%3$d
                server backend %2$s:%4$d
            """;

    @Override
    public String name() {
        return "haproxy";
    }

    @Override
    Map<String, String> moreNeeds() {
        return Map.of("lighttpd", "lighttpd");
    }

    @Override
    public Service serve(final Bed bed, final Route route, final Shape shape) {
        if (bed.isLean()) {
            final LoadJob job = Jobs.of("http", route, PORT, shape).with("respond", BACKEND_PORT);
            return Service.of(proxy(bed, route), () -> bed.lean(route, null, job));
        }
        final LabProcess backend = backend(bed, route, shape);
        return new Service(List.of(proxy(bed, route)), List.of(backend), () -> client(bed, route, shape), () -> {});
    }

    /** The proxy alone. */
    private LabProcess proxy(final Bed bed, final Route route) {
        final String text = CONFIGURATION.formatted(route.hostAddress(), route.peerAddress(), PORT, BACKEND_PORT);
        return start(
                bed,
                route,
                List.of("haproxy", "-db", "-f", configuration(bed, route, text).toString()));
    }

    private static LabProcess backend(final Bed bed, final Route route, final Shape shape) {
        final Path documents = document(bed, shape).getParent();
        final Path file = bed.file(
                "backend-" + route.name() + ".conf",
                LighttpdWorkload.text(documents, route.peerAddress(), BACKEND_PORT)
                        .getBytes(StandardCharsets.UTF_8));
        final LabProcess backend = bed.onPeer("backend-" + route.name(), LighttpdWorkload.line(file));
        final String reached = "until (exec 3<> /dev/tcp/%s/%d) 2> /dev/null; do sleep 0.02; done";
        final LabProcess probe = bed.lab()
                .start(Side.PEER, "probe", List.of("bash", "-c", reached.formatted(route.peerAddress(), BACKEND_PORT)));
        backend.await("listen", START, () -> !probe.isAlive());
        return backend;
    }
}
