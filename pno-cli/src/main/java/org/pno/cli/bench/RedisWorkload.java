package org.pno.cli.bench;

import java.util.List;
import java.util.Map;
import org.pno.cli.measure.RedisBenchmark;
import org.pno.cli.measure.RedisServer;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Shape;

/** redis-server: GET of keys that exist, by redis-benchmark. */
final class RedisWorkload implements Workload {
    private static final int PORT = 6379;

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("redis-server", "redis-server", "redis-benchmark", "redis-tools");
    }

    @Override
    public Service serve(final Bed bed, final Route route, final Shape shape) {
        if (bed.isLean()) {
            return Service.of(
                    bed.serve(route, name(), PORT, RedisServer.line(bed.lab(), route)),
                    () -> Jobs.stored(bed, name(), route, PORT, shape));
        }
        final RedisServer server = RedisServer.start(bed.lab(), bed.cores(), route);
        server.fill(RedisBenchmark.keys(shape), shape.payloadBytes());
        return new Service(
                List.of(server.process()),
                List.of(),
                () -> new RedisBenchmark(bed.lab(), server, "get", shape),
                server::checkHits);
    }
}
