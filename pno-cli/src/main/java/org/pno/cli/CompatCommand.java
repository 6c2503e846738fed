package org.pno.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.pno.cli.compat.Compatibility;
import org.pno.cli.compat.RealProgram;
import org.pno.cli.compat.Verdict;
import org.pno.cli.compat.suites.Suites;
import org.pno.cli.json.Json;
import org.pno.cli.measure.Transport;
import org.pno.cli.run.Shim;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pno compat}: real programs under the shim, and whether they do what they do on Linux. */
@Command(
        name = "compat",
        description = {
            "Runs real programs of the distribution under the shim, each in a lab of its own with clients and servers",
            "on the peer's kernel, and checks their answers and a clean stop. Installs what is missing, as root.",
            "Only if named: cpython, redis-tests, memcached-tests, lighttpd-tests, haproxy-tests. These are their own",
            "tests, with loopback offloaded, beside the same on the kernel."
        })
final class CompatCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--kernel", description = "Over the kernel's TCP instead: what fails so is no fault of PnO.")
    private boolean kernel;

    @Option(names = "--json", description = "Tell the result as JSON, and nothing else on standard output.")
    private boolean json;

    @Mixin
    private BusOption bus;

    @Parameters(paramLabel = "NAME", description = "Only these programs; default: all.")
    private List<String> names = List.of();

    @Override
    public Integer call() {
        final List<RealProgram> chosen = names.isEmpty()
                ? Compatibility.programs()
                : names.stream().map(name -> Compatibility.program(all(), name)).toList();
        final String[] dpuOptions = bus.dpuOptions();
        Shim.library();
        final List<Verdict> verdicts = new ArrayList<>();
        for (final RealProgram program : chosen) {
            final Verdict verdict = Compatibility.judge(program, kernel ? Transport.KERNEL : Transport.PNO, dpuOptions);
            verdicts.add(verdict);
            if (!json) {
                print(verdict);
            }
        }
        if (json) {
            out().println(Json.write(Json.object(
                    "programs", verdicts.stream().map(CompatCommand::report).toList())));
        }
        return verdicts.stream().allMatch(Verdict::passed) ? 0 : 1;
    }

    private static List<RealProgram> all() {
        return Stream.concat(Compatibility.programs().stream(), Suites.all().stream())
                .toList();
    }

    private static Object report(final Verdict verdict) {
        return Json.object(
                "name", verdict.name(),
                "version", verdict.version(),
                "passed", verdict.passed(),
                "checks", verdict.checks(),
                "why", verdict.why());
    }

    private void print(final Verdict verdict) {
        out().printf(
                        "%-12s %-16s %-7s %3d checks%n",
                        verdict.name(), verdict.version(), verdict.passed() ? "passed" : "FAILED", verdict.checks());
        if (!verdict.passed()) {
            verdict.why().lines().forEach(line -> out().println("             " + line));
        }
        out().flush();
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
