package org.pno.cli;

import org.pno.dpu.ControlSocketPath;
import picocli.CommandLine.Option;

/** Where the DPU listens. */
final class SocketOption {
    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "The DPU's control socket; default: PNO_SOCKET, or dpu.sock in /run/pno (root),"
                    + " in $XDG_RUNTIME_DIR/pno or in /tmp/pno-UID.")
    private String given;

    String path() {
        return ControlSocketPath.of(given);
    }
}
