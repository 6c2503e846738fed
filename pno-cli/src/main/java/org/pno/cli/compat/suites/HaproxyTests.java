package org.pno.cli.compat.suites;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * HAProxy's reg-tests, of the distribution's program, played by varnishtest(1): it makes the listeners, which the
 * program inherits, and is client and server. Those that HAProxy itself calls slow are left out.
 */
final class HaproxyTests extends OwnTests {
    private static final String LINE = "^#\\s+top\\s+TEST (\\S+) ";
    private static final Pattern PASSED = Pattern.compile(LINE + "passed", Pattern.MULTILINE);
    private static final Pattern FAILED = Pattern.compile(LINE + "FAILED", Pattern.MULTILINE);

    private static final String RUN = """
            export TMPDIR=$PWD HAPROXY_PROGRAM=$(command -v haproxy) VTEST_PROGRAM=varnishtest
            exec sh scripts/run-regtests.sh --v --type default,bug,devel reg-tests/"$0"
            """;

    @Override
    public String name() {
        return "haproxy-tests";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("haproxy", "haproxy", "varnishtest", "varnish");
    }

    @Override
    public List<String> versionCommand() {
        return List.of("haproxy", "-v");
    }

    @Override
    void prepare(final Workplace place) {
        place.source("haproxy");
    }

    @Override
    List<String> units() {
        return List.of(
                "balance",
                "cache",
                "checks",
                "compression",
                "connection",
                "contrib",
                "converter",
                "http-capture",
                "http-cookies",
                "http-errorfiles",
                "http-messaging",
                "http-rules",
                "http-set-timeout",
                "jwt",
                "log",
                "lua",
                "mailers",
                "mcli",
                "sample_fetches",
                "server",
                "spoe",
                "ssl",
                "startup",
                "stick-table",
                "stickiness",
                "stream",
                "tcp-rules",
                "webstats");
    }

    @Override
    List<String> command(final String unit) {
        return List.of("sh", "-euc", RUN, unit);
    }

    @Override
    Outcome outcome(final String output, final boolean ended) {
        return Outcome.of(output, ended, PASSED, FAILED);
    }
}
