package org.pno.cli.bench;

import org.pno.cli.load.LoadJob;
import org.pno.cli.load.Values;
import org.pno.cli.measure.LoadClient;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Shape;

/** The jobs of load generators. */
final class Jobs {
    private static final int FILL_PIPELINE = 32;

    private Jobs() {}

    /** A job of a protocol in a shape, to a port of a route's server. */
    static LoadJob of(final String protocol, final Route route, final int port, final Shape shape) {
        return LoadJob.parse("protocol=%s to=%s:%d payload=%d connections=%d pipeline=%d"
                .formatted(
                        protocol,
                        route.hostAddress(),
                        port,
                        shape.payloadBytes(),
                        shape.connections(),
                        shape.pipeline()));
    }

    /** GETs of keys that were stored before: {@code store} is the name of the protocols without -get and -set. */
    static LoadClient stored(final Bed bed, final String store, final Route route, final int port, final Shape shape) {
        final Shape filling = new Shape(shape.payloadBytes(), 1, FILL_PIPELINE);
        final LoadJob fill =
                of(store + "-set", route, port, filling).with("count", Values.keysOf(shape.payloadBytes()));
        return bed.lean(route, fill, of(store + "-get", route, port, shape));
    }
}
