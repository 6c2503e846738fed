package org.pno.cli;

import java.util.Locale;
import java.util.Map;

/** A line of {@code pno ss --calls}: what a program asked for in vain, and how often. */
final class CallLine {
    private static final String FORM = "%12s  %-9s %-16s %s";
    static final String HEADER = FORM.formatted("Times", "Pid", "Program", "Asked for");

    private CallLine() {}

    /** Of an object of the DPU's answer. A program that has ended stands in brackets. */
    static String of(final Map<String, Object> call) {
        final String program = (String) call.get("program");
        final boolean isRunning = (Double) call.get("running") != 0;
        return FORM.formatted(
                String.format(Locale.ROOT, "%.0f", (Double) call.get("times")),
                String.format(Locale.ROOT, "%.0f", (Double) call.get("pid")),
                isRunning ? program : "(" + program + ")",
                call.get("call"));
    }
}
