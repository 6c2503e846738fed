package org.pno.cli.compat;

import java.util.List;
import java.util.Map;
import org.pno.cli.machine.Side;

/** wrk on the host, with threads, against a server on the peer. */
final class Wrk extends HttpLoad {
    @Override
    public String name() {
        return "wrk";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("wrk", "wrk", "lighttpd", "lighttpd");
    }

    @Override
    public List<String> versionCommand() {
        return List.of("bash", "-c", "wrk -v || true"); // it tells its version and how it is used, with status 1
    }

    @Override
    void drive(final Bench bench, final String url) {
        Http.checkLoad(bench, Side.HOST, 2, url);
    }
}
