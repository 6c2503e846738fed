package org.pno.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Lines over a common axis from zero, as SVG that needs nothing else. */
final class LineChart {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;
    private static final int LEFT = 80;
    private static final int RIGHT = 170;
    private static final int TOP = 40;
    private static final int BOTTOM = 50;
    private static final int LEGEND_STEP = 20;
    private static final int TICKS = 5;
    private static final List<String> COLOURS =
            List.of("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#7f7f7f");

    private final String title;
    private final String axis;
    private final List<Line> lines;
    private final double mostX;
    private final double mostY;

    /** Points of one name, in the order in which they are joined. What is not finite is left out. */
    static final class Line {
        private final String name;
        private final List<double[]> points = new ArrayList<>();

        Line(final String name) {
            this.name = name;
        }

        void add(final double x, final double y) {
            if (Double.isFinite(x) && Double.isFinite(y)) {
                points.add(new double[] {x, y});
            }
        }
    }

    /** @param axis what stands below */
    LineChart(final String title, final String axis, final List<Line> lines) {
        this.title = title;
        this.axis = axis;
        this.lines = lines.stream().filter(line -> !line.points.isEmpty()).toList();
        mostX = most(0);
        mostY = most(1);
    }

    /** A round number that all values fit below. */
    private double most(final int coordinate) {
        final double most = lines.stream()
                .flatMap(line -> line.points.stream())
                .mapToDouble(point -> point[coordinate])
                .max()
                .orElse(0);
        if (most <= 0) {
            return 1;
        }
        final double unit = Math.pow(10, Math.floor(Math.log10(most)));
        return Math.ceil(most / unit) * unit;
    }

    String svg() {
        final StringBuilder svg = new StringBuilder();
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\""
                .formatted(WIDTH, HEIGHT));
        svg.append(" font-size=\"12\">\n");
        text(svg, LEFT, TOP / 2, "start", title);
        text(svg, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM / 4, "middle", axis);
        for (int tick = 0; tick <= TICKS; tick++) {
            final double x = mostX * tick / TICKS;
            final double y = mostY * tick / TICKS;
            svg.append("<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"#ddd\"/>\n"
                    .formatted(number(xOf(0)), number(yOf(y)), number(xOf(mostX)), number(yOf(y))));
            text(svg, LEFT - 8, yOf(y) + 4, "end", number(y));
            text(svg, xOf(x), HEIGHT - BOTTOM + 18, "middle", number(x));
        }
        for (int i = 0; i < lines.size(); i++) {
            line(svg, lines.get(i), COLOURS.get(i % COLOURS.size()), TOP + i * LEGEND_STEP);
        }
        return svg.append("</svg>\n").toString();
    }

    private void line(final StringBuilder svg, final Line line, final String colour, final double legendY) {
        final String points = line.points.stream()
                .map(point -> number(xOf(point[0])) + "," + number(yOf(point[1])))
                .collect(Collectors.joining(" "));
        svg.append(
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n".formatted(points, colour));
        final double legendX = WIDTH - RIGHT + 10.0;
        svg.append("<rect x=\"%s\" y=\"%s\" width=\"10\" height=\"10\" fill=\"%s\"/>\n"
                .formatted(number(legendX), number(legendY - 9), colour));
        text(svg, legendX + 15, legendY, "start", line.name);
    }

    private double xOf(final double x) {
        return LEFT + x / mostX * (WIDTH - LEFT - RIGHT);
    }

    private double yOf(final double y) {
        return HEIGHT - BOTTOM - y / mostY * (HEIGHT - TOP - BOTTOM);
    }

    private static void text(
            final StringBuilder svg, final double x, final double y, final String anchor, final String words) {
        final String escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        svg.append("<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>\n"
                .formatted(number(x), number(y), anchor, escaped));
    }

    private static String number(final double value) {
        return String.format(Locale.ROOT, "%.1f", value).replaceFirst("\\.0$", "");
    }
}
