package org.pno.cli.compat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;

/** curl on the host against a server on the peer. */
final class Curl implements RealProgram {
    private static final int PORT = 8000;

    @Override
    public String name() {
        return "curl";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("curl", "curl", Python.COMMAND, "python3", "sha256sum", "coreutils");
    }

    @Override
    public List<String> versionCommand() {
        return List.of("curl", "--version");
    }

    @Override
    public void run(final Bench bench) {
        final Path documents = Http.documents(bench);
        final LabProcess server = Http.serve(bench, Side.PEER, PORT, documents);
        final String address = bench.address(Side.PEER);
        final String base = "http://" + address + ":" + PORT;
        for (final String name : List.of("small", "large")) {
            final String got = bench.directory() + "/got";
            bench.run(Side.HOST, "curl", "-sS", "--max-time", "30", "-o", got, base + "/" + name);
            bench.expect("content of " + name, Http.digest(documents.resolve(name)), Http.digest(Path.of(got)));
        }
        final String parts = bench.directory() + "/part#1";
        bench.run(
                Side.HOST,
                "curl",
                "-sS",
                "--max-time",
                "30",
                "--no-progress-meter",
                "--parallel",
                "--parallel-immediate",
                "-o",
                parts,
                base + "/large?[1-4]");
        for (int i = 1; i <= 4; i++) {
            final Path part = bench.directory().resolve("part" + i);
            bench.expect("content of download " + i, Http.digest(documents.resolve("large")), Http.digest(part));
        }
        bench.expect(
                "status of a refused connection",
                "7",
                bench.shell(Side.HOST, "curl -s http://" + address + ":1/ || echo $?")
                        .strip());
        server.kill();
    }
}
