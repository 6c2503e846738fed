package org.pno.cli.compat.suites;

import java.util.List;
import java.util.Map;

/** lighttpd's tests in Perl, of the distribution's program, which is started with a listener that it inherits. */
final class LighttpdTests extends OwnTests {
    private static final String COMPILE = """
            for kind in fcgi scgi; do
                cc -o tests/tests/$kind-responder tests/tests/$kind-responder.c
            done
            """;

    private static final String RUN =
            "cd tests && srcdir=. sh ./prepare.sh && LIGHTTPD_EXE_PATH=$(command -v lighttpd) exec perl \"./$0\"";

    @Override
    public String name() {
        return "lighttpd-tests";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of(
                "lighttpd",
                "lighttpd",
                "/usr/lib/lighttpd/mod_deflate.so",
                "lighttpd-mod-deflate",
                "perl",
                "perl",
                "cc",
                "gcc");
    }

    @Override
    public List<String> versionCommand() {
        return List.of("lighttpd", "-v");
    }

    @Override
    void prepare(final Workplace place) {
        place.source("lighttpd");
        place.shell(COMPILE);
    }

    @Override
    List<String> units() {
        return List.of("request.t", "core-condition.t", "mod-fastcgi.t", "mod-scgi.t");
    }

    @Override
    List<String> command(final String unit) {
        return List.of("sh", "-euc", RUN, unit);
    }

    @Override
    Outcome outcome(final String output, final boolean ended) {
        return Tap.outcome(output, ended);
    }
}
