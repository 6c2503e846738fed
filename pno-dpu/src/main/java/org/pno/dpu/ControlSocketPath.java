package org.pno.dpu;

import java.nio.file.Path;
import org.pno.sys.Cpu;

/**
 * Where the control socket stands if nobody says otherwise. The one rule, for DPU, shim and tools alike: what
 * {@code --socket} says, else the environment's PNO_SOCKET, else {@code /run/pno/dpu.sock} for root,
 * {@code $XDG_RUNTIME_DIR/pno/dpu.sock} for a user who has that, {@code /tmp/pno-UID/dpu.sock} for the others.
 */
public final class ControlSocketPath {
    private static final String NAME = "dpu.sock";

    private ControlSocketPath() {}

    /** The path for this process; {@code given} may be null or empty. */
    public static String of(final String given) {
        return of(given, System.getenv("PNO_SOCKET"), Cpu.effectiveUserId(), System.getenv("XDG_RUNTIME_DIR"));
    }

    static String of(final String given, final String environment, final int uid, final String runtimeDirectory) {
        if (isSet(given)) {
            return given;
        }
        if (isSet(environment)) {
            return environment;
        }
        if (uid == 0) {
            return Path.of("/run/pno", NAME).toString();
        }
        return isSet(runtimeDirectory)
                ? Path.of(runtimeDirectory, "pno", NAME).toString()
                : Path.of("/tmp/pno-" + uid, NAME).toString();
    }

    private static boolean isSet(final String value) {
        return value != null && !value.isEmpty();
    }
}
