package org.pno.cli.compat;

import java.util.List;
import java.util.Map;
import org.pno.cli.machine.Side;

/** ab on the host, with connections kept and not, against a server on the peer. */
final class ApacheBench extends HttpLoad {
    private static final int REQUESTS = 2000;

    @Override
    public String name() {
        return "ab";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("ab", "apache2-utils", "lighttpd", "lighttpd");
    }

    @Override
    public List<String> versionCommand() {
        return List.of("ab", "-V");
    }

    @Override
    void drive(final Bench bench, final String url) {
        for (final String kept : List.of("-q", "-k")) {
            final String report = bench.run(Side.HOST, "ab", kept, "-c", "16", "-n", Integer.toString(REQUESTS), url);
            bench.check(
                    "all requests answered, ab " + kept,
                    report.matches("(?s).*Complete requests: +" + REQUESTS + "\n.*Failed requests: +0\n.*"),
                    () -> report);
        }
    }
}
