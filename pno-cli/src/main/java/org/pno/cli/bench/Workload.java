package org.pno.cli.bench;

import java.util.Map;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Shape;

/** A server program and what loads it. Without state: what runs is a {@link Service}. */
interface Workload {
    String name();

    /** Programs that its servers and its real client need, with the Debian packages that bring them. */
    Map<String, String> needs();

    /** Starts its servers on a route, and knows what loads them there; they run until the service is closed. */
    Service serve(Bed bed, Route route, Shape shape);

    /** Payloads that {@code pno bench} takes if none are named. */
    default int defaultPayloadBytes() {
        return 64;
    }

    default int defaultConnections() {
        return 32;
    }

    /** False where what is counted are no requests, so that a budget of CPU per request means nothing. */
    default boolean isRequestResponse() {
        return true;
    }
}
