package org.pno.cli;

import java.nio.file.Path;
import org.pno.cli.machine.UserError;
import org.pno.host.FabricSharing;
import org.pno.host.HostAgent;
import org.pno.host.HostException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pno host}: the host's side of a DPU that has its own memory, in the foreground. */
@Command(
        name = "host",
        description = {
            "Serves the programs of pno run on a host whose DPU has its own memory, in the foreground:",
            "shares their memory with the DPU over a fabric and relays what they say. Ends when the DPU does."
        })
final class HostCommand implements Runnable {
    @Mixin
    private SocketOption socket;

    @Option(
            names = "--dpu",
            required = true,
            paramLabel = "HOST:PORT",
            description = "Where the DPU listens, as its --bus fabric:…,listen= says.")
    private String dpu;

    @Option(
            names = "--keys",
            required = true,
            paramLabel = "DIR",
            description = "Where host.p12 is, of pno certificates.")
    private Path keys;

    @Override
    public void run() {
        try {
            final HostAgent agent = new HostAgent(dpu, keys, socket.path(), FabricSharing::open);
            Foreground.serve(agent::run, agent::stop, agent::close);
        } catch (final HostException e) {
            throw new UserError(e.getMessage(), e);
        }
    }
}
