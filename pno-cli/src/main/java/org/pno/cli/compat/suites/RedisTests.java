package org.pno.cli.compat.suites;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The units of redis' runtest that are about clients, replication and cluster: the distribution's server, redis-cli and
 * redis-benchmark, and the tests' own clients in Tcl. The rest tests commands and files by one
 * connection; psync2-reg runs as many tests as it has time for.
 */
final class RedisTests extends OwnTests {
    private static final List<String> UNITS = List.of(
            "unit/auth",
            "unit/protocol",
            "unit/info",
            "unit/limits",
            "unit/multi",
            "unit/quit",
            "unit/pubsub",
            "unit/pubsubshard",
            "unit/introspection",
            "unit/obuf-limits",
            "unit/wait",
            "unit/pause",
            "unit/querybuf",
            "unit/pendingquerybuf",
            "unit/replybufsize",
            "unit/tracking",
            "unit/networking",
            "unit/shutdown",
            "unit/other",
            "unit/cluster",
            "unit/cluster-scripting",
            "unit/cluster/misc",
            "unit/cluster/links",
            "unit/type/list",
            "integration/block-repl",
            "integration/replication",
            "integration/replication-2",
            "integration/replication-3",
            "integration/replication-psync",
            "integration/psync2",
            "integration/failover",
            "integration/shutdown",
            "integration/redis-cli",
            "integration/redis-benchmark");

    private static final Pattern PASSED = Pattern.compile("^\\[ok\\]: ", Pattern.MULTILINE);
    private static final Pattern FAILED = Pattern.compile("^\\[(?:err|exception)\\]: (.*)$", Pattern.MULTILINE);
    private static final String END = "The End";

    @Override
    public String name() {
        return "redis-tests";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("redis-server", "redis-server", "redis-cli", "redis-tools", "tclsh8.6", "tcl8.6");
    }

    @Override
    public List<String> versionCommand() {
        return List.of("redis-server", "--version");
    }

    @Override
    void prepare(final Workplace place) {
        place.source("redis");
        place.shell("for name in server cli benchmark check-aof check-rdb; do"
                + " ln -s \"$(command -v redis-$name)\" tests/src/; done");
    }

    @Override
    List<String> units() {
        return UNITS;
    }

    @Override
    List<String> command(final String unit) {
        return List.of("sh", "runtest", "--single", unit, "--clients", "1", "--durable", "--timeout", "200");
    }

    @Override
    Outcome outcome(final String output, final boolean ended) {
        return Outcome.of(output, ended && output.contains(END), PASSED, FAILED);
    }
}
