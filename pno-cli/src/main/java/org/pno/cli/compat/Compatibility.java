package org.pno.cli.compat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pno.cli.machine.Programs;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.Transport;
import org.pno.sys.Cpu;

/** The programs that are tried, and how one is. */
public final class Compatibility {
    private static final Pattern VERSION = Pattern.compile("\\d+(\\.\\w+)+");

    private Compatibility() {}

    /** All programs, in the order in which they are shown. */
    public static List<RealProgram> programs() {
        return List.of(
                new Redis(),
                new Lighttpd(),
                new Haproxy(),
                new Nginx(),
                new Memcached(),
                new Postgres(),
                new Curl(),
                new Wrk(),
                new ApacheBench(),
                new Iperf(),
                new Python(),
                new Node(),
                new Jdk(),
                new Openssl());
    }

    /** The program of that name, among those. */
    public static RealProgram program(final List<RealProgram> programs, final String name) {
        return programs.stream()
                .filter(program -> program.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UserError("'" + name + "' is none of the programs that are tried: "
                        + String.join(
                                " ", programs.stream().map(RealProgram::name).toList()) + "."));
    }

    /**
     * Tries a program in a lab of its own. What it does wrong is in the verdict; what is missing here is an error.
     *
     * @param dpuOptions of {@code pno dpu}, beside what it needs
     */
    public static Verdict judge(final RealProgram program, final Transport transport, final String... dpuOptions) {
        if (!canRun(program)) {
            return new Verdict(program.name(), "", 0, "it changes its user, for which pno must be root");
        }
        program.needs().forEach(Programs::need);
        try (Bench bench = Bench.open(program.name(), transport, dpuOptions)) {
            String version = "";
            String why = "";
            try {
                version = version(bench, program);
                program.run(bench);
                bench.checkOffloaded();
            } catch (final CheckFailure | UserError e) {
                why = e.getMessage();
            }
            return new Verdict(program.name(), version, bench.checks(), why);
        }
    }

    /** False for programs that need root, if we are not. */
    public static boolean canRun(final RealProgram program) {
        return !program.changesUser() || Cpu.effectiveUserId() == 0;
    }

    private static String version(final Bench bench, final RealProgram program) {
        final String told = bench.run(Side.PEER, program.versionCommand().toArray(String[]::new));
        final Matcher version = VERSION.matcher(told);
        return version.find() ? version.group() : told.lines().findFirst().orElse("");
    }
}
