package org.pno.cli.bench;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.load.PayloadPattern;
import org.pno.cli.measure.LoadClient;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Shape;

/** A server of one file by HTTP; what differs between programs is how they are started. */
abstract class HttpFiles implements Workload {
    static final int PORT = 8080;
    static final String FILE = "f";

    @Override
    public final Map<String, String> needs() {
        final Map<String, String> needs = new LinkedHashMap<>(Wrk.NEEDS);
        needs.put(name(), debianPackage());
        needs.putAll(moreNeeds());
        return needs;
    }

    Map<String, String> moreNeeds() {
        return Map.of();
    }

    String debianPackage() {
        return name();
    }

    /** What loads the server of a route. */
    LoadClient client(final Bed bed, final Route route, final Shape shape) {
        if (bed.isLean()) {
            return bed.lean(route, null, Jobs.of("http", route, PORT, shape));
        }
        return Wrk.client(bed, "http://" + route.hostAddress() + ":" + PORT + "/" + FILE, document(bed, shape), shape);
    }

    /** The file that is asked for, of the payload's length. */
    static Path document(final Bed bed, final Shape shape) {
        return bed.file("docs/" + FILE, PayloadPattern.bytes(shape.payloadBytes()));
    }

    /** A file with a program's configuration on a route. */
    final Path configuration(final Bed bed, final Route route, final String text) {
        return bed.file(name() + "-" + route.name() + ".conf", text.getBytes(StandardCharsets.UTF_8));
    }

    final LabProcess start(final Bed bed, final Route route, final List<String> command) {
        return bed.serve(route, name(), PORT, command);
    }
}
