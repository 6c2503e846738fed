package org.pno.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A chart of lines over a few named places, as an SVG element that needs nothing else. The scale of the values is
 * linear from 0, or logarithmic.
 */
final class Chart {
    private static final int WIDTH = 400;
    private static final int HEIGHT = 250;
    private static final int LEFT = 58;
    private static final int RIGHT = 12;
    private static final int TOP = 46;
    private static final int BOTTOM = 28;
    private static final int LINES = 4;
    private static final double HEADROOM = 1.08;

    /**
     * A line.
     *
     * @param style a class of the page: its colour
     * @param values one for each place; NaN for none
     * @param low where each one's whisker ends; the value itself for none
     */
    record Series(String name, String style, List<Double> values, List<Double> low, List<Double> high) {
        static Series plain(final String name, final String style, final List<Double> values) {
            return new Series(name, style, values, values, values);
        }
    }

    private final String title;
    private final List<String> places;
    private final List<Series> series = new ArrayList<>();
    private final boolean isLogarithmic;
    private double bottom;
    private double top;
    /** A line across, NaN for none. */
    private double mark = Double.NaN;

    Chart(final String title, final List<String> places, final boolean isLogarithmic) {
        this.title = title;
        this.places = places;
        this.isLogarithmic = isLogarithmic;
    }

    Chart add(final Series line) {
        series.add(line);
        return this;
    }

    /** Draws a line across at a value. */
    Chart mark(final double value) {
        mark = value;
        return this;
    }

    String svg() {
        scale();
        final StringBuilder svg = new StringBuilder();
        svg.append("<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n".formatted(WIDTH, HEIGHT, title));
        svg.append("<text class=\"title\" x=\"%d\" y=\"16\">%s</text>\n".formatted(LEFT - 50, title));
        grid(svg);
        legend(svg);
        series.forEach(line -> line(svg, line));
        return svg.append("</svg>\n").toString();
    }

    private void scale() {
        double least = Double.isNaN(mark) ? Double.MAX_VALUE : mark;
        double most = Double.isNaN(mark) ? 0 : mark;
        for (final Series line : series) {
            for (int i = 0; i < places.size(); i++) {
                if (!Double.isNaN(line.values.get(i))) {
                    least = Math.min(least, Math.max(line.low.get(i), 0));
                    most = Math.max(most, line.high.get(i));
                }
            }
        }
        most = most <= 0 ? 1 : most;
        if (isLogarithmic) {
            bottom = Math.pow(10, Math.floor(Math.log10(Math.max(Math.min(least, most), most / 1e6))));
            top = Math.pow(10, Math.ceil(Math.log10(most)));
            top = top == bottom ? bottom * 10 : top;
        } else {
            bottom = 0;
            top = step(most * HEADROOM) * LINES;
        }
    }

    /** A fourth of at least that much, rounded up to one of 1, 2, 2.5, 5 times a power of ten. */
    private static double step(final double most) {
        final double wanted = most / LINES;
        final double power = Math.pow(10, Math.floor(Math.log10(wanted)));
        for (final double factor : new double[] {1, 2, 2.5, 5}) {
            if (factor * power >= wanted) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private double x(final int place) {
        return LEFT + (place + 0.5) * (WIDTH - LEFT - RIGHT) / places.size();
    }

    private double y(final double value) {
        final double part = isLogarithmic
                ? Math.log(Math.max(value, bottom) / bottom) / Math.log(top / bottom)
                : Math.max(value, 0) / top;
        return HEIGHT - BOTTOM - part * (HEIGHT - BOTTOM - TOP);
    }

    private void grid(final StringBuilder svg) {
        for (double value = bottom; value <= top * 1.001; value = isLogarithmic ? value * 10 : value + top / LINES) {
            svg.append(format(
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
                    LEFT, WIDTH - RIGHT, y(value), y(value)));
            svg.append(format(
                    "<text class=\"tick\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s</text>\n",
                    LEFT - 6, y(value) + 4, label(value)));
        }
        for (int i = 0; i < places.size(); i++) {
            svg.append(format(
                    "<text class=\"tick\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>\n",
                    x(i), HEIGHT - BOTTOM + 17, places.get(i)));
        }
        if (!Double.isNaN(mark)) {
            svg.append(format(
                    "<line class=\"mark\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
                    LEFT, WIDTH - RIGHT, y(mark), y(mark)));
        }
    }

    private void legend(final StringBuilder svg) {
        double x = LEFT;
        for (final Series line : series) {
            svg.append(
                    format("<rect class=\"%s fill\" x=\"%.0f\" y=\"26\" width=\"10\" height=\"10\"/>", line.style, x));
            svg.append(format("<text class=\"tick\" x=\"%.0f\" y=\"35\">%s</text>\n", x + 14, line.name));
            x += 26 + 6.2 * line.name.length();
        }
    }

    private void line(final StringBuilder svg, final Series line) {
        final StringBuilder points = new StringBuilder();
        for (int i = 0; i < places.size(); i++) {
            final double value = line.values.get(i);
            if (!Double.isNaN(value)) {
                points.append(format("%.1f,%.1f ", x(i), y(value)));
                svg.append(format(
                        "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>",
                        line.style, x(i), x(i), y(line.low.get(i)), y(line.high.get(i))));
                svg.append(format(
                        "<circle class=\"%s fill\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\">"
                                + "<title>%s, %s: %s</title></circle>\n",
                        line.style, x(i), y(value), line.name, places.get(i), label(value)));
            }
        }
        svg.append("<polyline class=\"%s line\" points=\"%s\"/>\n"
                .formatted(line.style, points.toString().strip()));
    }

    private static String label(final double value) {
        if (value >= 1_000_000) {
            return trimmed(value / 1e6) + " M";
        }
        return value >= 1_000 ? trimmed(value / 1e3) + " k" : trimmed(value);
    }

    private static String trimmed(final double value) {
        final String text = format("%.2f", value);
        return text.endsWith(".00") ? text.substring(0, text.length() - 3) : text;
    }

    private static String format(final String format, final Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
