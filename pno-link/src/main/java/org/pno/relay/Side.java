package org.pno.relay;

import java.nio.file.Path;
import java.util.Locale;

/** An end of the relay. */
public enum Side {
    HOST,
    DPU;

    String title() {
        return this == HOST ? "host" : "DPU";
    }

    Side other() {
        return this == HOST ? DPU : HOST;
    }

    /** Its key and the other side's certificate, in a directory of keys. */
    public Path file(final Path directory) {
        return directory.resolve(name().toLowerCase(Locale.ROOT) + ".p12");
    }
}
