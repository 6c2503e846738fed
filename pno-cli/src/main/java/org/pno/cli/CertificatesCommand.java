package org.pno.cli;

import java.nio.file.Path;
import org.pno.cli.machine.UserError;
import org.pno.relay.RelayCertificates;
import org.pno.relay.RelayException;
import org.pno.relay.Side;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pno certificates}: makes the keys by which {@code pno host} and a DPU know each other. */
@Command(
        name = "certificates",
        description = {
            "Makes the pair of keys by which a host and its DPU know each other.",
            "host.p12 stays on the host, dpu.p12 belongs on the DPU; who has one of them is taken for that side."
        })
final class CertificatesCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Where; made if it is not there.")
    private Path directory;

    @Override
    public void run() {
        try {
            RelayCertificates.make(directory);
        } catch (final RelayException e) {
            throw new UserError(e.getMessage(), e);
        }
        for (final Side side : Side.values()) {
            spec.commandLine().getOut().println(side.file(directory));
        }
    }
}
