package org.pno.cli.compat.suites;

import java.util.List;
import java.util.Map;

/**
 * memcached's tests in Perl, of the distribution's program: what is about connections and protocols. The rest is about
 * the store (extstore, slabs, lru), TLS, which the program was not built with, and UNIX sockets.
 */
final class MemcachedTests extends OwnTests {
    private static final List<String> UNITS = List.of(
            "00-startup.t",
            "64bit.t",
            "ascii-auth.t",
            "binary-get.t",
            "binary.t",
            "bogus-commands.t",
            "cas.t",
            "conn-limits.t",
            "daemonize.t",
            "flags.t",
            "flush-all.t",
            "getandtouch.t",
            "idle-timeout.t",
            "incrdecr.t",
            "issue_14.t",
            "issue_41.t",
            "issue_42.t",
            "issue_61.t",
            "issue_67.t",
            "issue_68.t",
            "line-lengths.t",
            "malicious-commands.t",
            "maxconns.t",
            "metaget.t",
            "multiversioning.t",
            "noreply.t",
            "quit.t",
            "shutdown.t",
            "stats-conns.t",
            "stats.t",
            "touch.t",
            "udp.t",
            "watcher.t",
            "watcher_connid.t");

    /**
     * The tests take UNIX sockets where the program can do that: asked what it can do, it is made silent about them. A
     * suboption that only their own build knows is left out. Of the two programs beside it one ends the program after
     * a while; here it becomes it.
     */
    private static final String WRAP = """
            cat > tests/memcached-debug <<'END'
            #!/bin/sh
            if [ "$1" = -h ]; then
                memcached -h | grep -v -e unix-socket
                exit
            fi
            for word; do
                shift
                [ "$word" != relaxed_privileges ] || word=modern
                set -- "$@" "$word"
            done
            exec memcached "$@"
            END
            cp tests/memcached-debug tests/memcached
            printf '#!/bin/sh\\nshift\\nexec "$@"\\n' > tests/timedrun
            chmod a+x tests/memcached-debug tests/memcached tests/timedrun
            """;

    @Override
    public String name() {
        return "memcached-tests";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("memcached", "memcached", "perl", "perl");
    }

    @Override
    public List<String> versionCommand() {
        return List.of("memcached", "-V");
    }

    @Override
    void prepare(final Workplace place) {
        place.source("memcached");
        place.shell(WRAP);
    }

    @Override
    List<String> units() {
        return UNITS;
    }

    @Override
    List<String> command(final String unit) {
        return List.of("perl", "t/" + unit);
    }

    @Override
    Outcome outcome(final String output, final boolean ended) {
        return Tap.outcome(output, ended);
    }
}
