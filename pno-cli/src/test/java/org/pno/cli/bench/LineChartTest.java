package org.pno.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pno.cli.bench.LineChart.Line;

class LineChartTest {
    @Test
    void shouldPutTheGreatestAtTheRightAndTheTop() {
        final Line line = new Line("a");
        line.add(0, 0);
        line.add(5, 50_000);
        final String svg = new LineChart("title", "axis", List.of(line)).svg();
        assertTrue(svg.contains("points=\"80,310 470,40\""), svg);
        assertTrue(svg.contains(">50000</text>"), svg);
    }

    @Test
    void shouldLeaveOutWhatIsNoNumberAndLinesWithoutPoints() {
        final Line line = new Line("a");
        line.add(1, 1);
        line.add(2, Double.NaN);
        final String svg = new LineChart("title", "axis", List.of(line, new Line("nothing"))).svg();
        assertEquals(1, svg.split("<polyline", -1).length - 1);
        assertFalse(svg.contains("nothing") || svg.contains("NaN"), svg);
    }

    @Test
    void shouldEscapeWhatMarkupMeans() {
        final Line line = new Line("a<b&c");
        line.add(1, 1);
        assertTrue(new LineChart("t", "x", List.of(line)).svg().contains(">a&lt;b&amp;c</text>"));
    }
}
