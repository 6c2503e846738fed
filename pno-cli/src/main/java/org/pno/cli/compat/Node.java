package org.pno.cli.compat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;

/** Node.js: its HTTP server and client, and a cluster whose primary hands connections to workers. */
final class Node implements RealProgram {
    private static final int FIRST_PORT = 8000;
    private static final int ANSWERS = 50;

    @Override
    public String name() {
        return "node";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("node", "nodejs", "curl", "curl", "wrk", "wrk");
    }

    @Override
    public List<String> versionCommand() {
        return List.of("node", "--version");
    }

    @Override
    public void run(final Bench bench) {
        final Path script = bench.script("servers.js");
        final LabProcess server = serve(bench, Side.HOST, script, "http", FIRST_PORT);
        final Http http = new Http(bench, "http://" + bench.address(Side.HOST) + ":" + FIRST_PORT);
        http.checkEcho("/", bench.file("question", Http.LARGE_BYTES));
        http.checkLoad("/");
        bench.stop(server, 0);

        final LabProcess peer = serve(bench, Side.PEER, script, "http", FIRST_PORT + 1);
        final String answers = bench.run(
                Side.HOST,
                "node",
                script.toString(),
                "clients",
                bench.address(Side.PEER),
                Integer.toString(FIRST_PORT + 1),
                Integer.toString(ANSWERS));
        bench.expect("answers", ANSWERS + " answers", answers.strip());
        peer.kill();

        final LabProcess cluster = serve(bench, Side.HOST, script, "cluster", FIRST_PORT + 2);
        final String workers = bench.shell(
                Side.PEER,
                "for i in {1..20}; do curl -sS --max-time 30 http://" + bench.address(Side.HOST) + ":"
                        + (FIRST_PORT + 2) + "/; done | sort -u | wc -l");
        bench.expect("workers that answered", "2", workers.strip());
        bench.stop(cluster, 0);
    }

    private static LabProcess serve(
            final Bench bench, final Side side, final Path script, final String kind, final int port) {
        return bench.serve(side, port, "node", script.toString(), kind, bench.address(side), Integer.toString(port));
    }
}
