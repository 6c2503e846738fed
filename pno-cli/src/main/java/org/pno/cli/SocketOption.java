package org.pno.cli;

import java.nio.file.Path;
import org.pno.cli.machine.RunDirectory;
import picocli.CommandLine.Option;

/** Where the DPU listens: said, or in PNO_SOCKET, or the user's usual place. */
final class SocketOption {
    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "The DPU's control socket; default: PNO_SOCKET, or dpu.sock in /run/pno (root),"
                    + " in $XDG_RUNTIME_DIR/pno or in /tmp/pno-UID.")
    private String given;

    String path() {
        final String named = given == null ? System.getenv("PNO_SOCKET") : given;
        return named == null || named.isEmpty()
                ? RunDirectory.ofUser().resolve("dpu.sock").toString()
                : Path.of(named).toAbsolutePath().toString();
    }
}
