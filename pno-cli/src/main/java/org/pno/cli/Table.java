package org.pno.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.pno.cli.lab.Lab;
import org.pno.cli.machine.Cores;

/** Figures of both transports side by side, and what one must know to judge them. */
final class Table {
    private static final int NAME_WIDTH = 30;
    private static final int FIGURE_WIDTH = 12;

    private final PrintWriter out;

    Table(final PrintWriter out) {
        this.out = out;
    }

    /** A line: the name left, the figures right. */
    void row(final String name, final String... figures) {
        final StringBuilder line = new StringBuilder(name);
        line.repeat(' ', Math.max(0, NAME_WIDTH - name.length()));
        for (final String figure : figures) {
            line.repeat(' ', Math.max(1, FIGURE_WIDTH - figure.length())).append(figure);
        }
        out.println(line);
    }

    static String number(final String format, final double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, format, value);
    }

    void remarks(final Lab lab, final Cores cores) {
        out.println();
        out.println("Host CPU is all that the server's core (" + cores.hostCore() + ") did, softirqs included.");
        if (!cores.areSeparate()) {
            out.println("There is one CPU for all, so it counts the peer and the DPU too.");
        }
        if (!lab.isSteered()) {
            out.println("This kernel cannot steer receive work here, so part of its host CPU is not counted.");
        }
        if (!lab.tapRefusal().isEmpty()) {
            out.println("No TAP (" + lab.tapRefusal() + "): the DPU's wire was a veth pair, which is slower.");
        }
    }
}
