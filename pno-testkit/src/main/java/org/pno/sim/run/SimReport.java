package org.pno.sim.run;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.pno.sim.world.Coverage;
import org.pno.sim.world.FaultKind;
import org.pno.sim.world.SeedRun;
import org.pno.tcp.TcpState;

/** What runs have shown, for people and for programs. */
final class SimReport {
    /** What cannot be reached here, each with its reason. */
    private static final Map<String, String> UNREACHABLE = Map.ofEntries(
            Map.entry("LISTEN", "a listener is no connection"),
            Map.entry(
                    "bridge.rx-not-granted",
                    "the window ends where the S-ring does, and what a program has closed takes no payload"),
            Map.entry(
                    "bridge.rx-no-socket",
                    "payload resets a connection without a program, and those of an arena that is given up are"
                            + " reset in that very step"));

    private SimReport() {}

    static void print(final PrintStream out, final SeedSeries series) {
        for (final SeedRun.Outcome failure : series.failures()) {
            out.println("seed " + failure.seed() + " fails: " + failure.what());
            out.println("  " + failure.scenario());
        }
        printCoverage(out, series.coverage());
        out.println(series.runs() + " runs, " + seconds(series.virtualNs()) + " virtual seconds, "
                + series.failures().size() + " failed");
    }

    private static void printCoverage(final PrintStream out, final Coverage coverage) {
        final StringBuilder missing = new StringBuilder();
        for (final TcpState state : TcpState.values()) {
            add(missing, state.name(), coverage.states().contains(state));
        }
        for (final FaultKind kind : FaultKind.values()) {
            add(missing, kind.name(), coverage.faults().contains(kind));
        }
        int reached = 0;
        for (final Map.Entry<String, Long> counter : coverage.counters().entrySet()) {
            reached += counter.getValue() > 0 ? 1 : 0;
            add(missing, counter.getKey(), counter.getValue() > 0);
        }
        out.println("reached: states " + coverage.states() + ", faults " + coverage.faults() + ", " + reached + " of "
                + coverage.counters().size() + " counters");
        coverage.counters().forEach((label, count) -> {
            if (count > 0) {
                out.printf(Locale.ROOT, "  %-40s %,d%n", label, count);
            }
        });
        out.println(missing.isEmpty() ? "everything was reached" : "not reached:" + missing);
    }

    private static void add(final StringBuilder missing, final String name, final boolean isReached) {
        if (!isReached) {
            missing.append("\n  ").append(name);
            if (UNREACHABLE.containsKey(name)) {
                missing.append(" (cannot be: ").append(UNREACHABLE.get(name)).append(')');
            }
        }
    }

    static void print(final PrintStream out, final SeedRun.Outcome outcome) {
        out.println(outcome.scenario());
        out.println(seconds(outcome.virtualNs()) + " virtual seconds in " + outcome.steps() + " steps");
        out.println(outcome.isFailure() ? "fails: " + outcome.what() : "passes");
    }

    static String json(final int runs, final long virtualNs, final List<SeedRun.Outcome> failures) {
        final StringBuilder text = new StringBuilder("{\"runs\":")
                .append(runs)
                .append(",\"virtualSeconds\":")
                .append(seconds(virtualNs))
                .append(",\"failures\":[");
        for (int i = 0; i < failures.size(); i++) {
            text.append(i == 0 ? "" : ",")
                    .append("{\"seed\":")
                    .append(failures.get(i).seed())
                    .append(",\"what\":\"")
                    .append(escaped(failures.get(i).what()))
                    .append("\"}");
        }
        return text.append("]}").toString();
    }

    private static String escaped(final String text) {
        final StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> escaped.append('\\').append(c);
                case '\n' -> escaped.append("\\n");
                case '\t' -> escaped.append("\\t");
                default -> {
                    if (c < ' ') {
                        escaped.append(String.format("\\u%04x", (int) c));
                    } else {
                        escaped.append(c);
                    }
                }
            }
        }
        return escaped.toString();
    }

    private static String seconds(final long ns) {
        return String.format(Locale.ROOT, "%.1f", ns / 1e9);
    }
}
