package org.pno.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.pno.cli.json.Json;
import org.pno.cli.json.JsonReader;
import org.xml.sax.InputSource;

class ReportPagesTest {
    private static Map<?, ?> report() {
        final Cell cell = Readings.cell(List.of(Map.of(
                Readings.STEERED, Readings.of(100_000, 10, 2),
                Readings.UNSTEERED, Readings.of(125_000, 6, 2),
                Readings.PNO, Readings.of(150_000, 4, 1))));
        return (Map<?, ?>) JsonReader.read(Json.write(CellJson.report(List.of(cell))));
    }

    @Test
    void shouldGiveEachCellARowOfTheTable() {
        final String text = MarkdownReport.of(report());
        assertEquals(5, text.lines().count(), text);
        assertTrue(
                text.endsWith("| redis | 64 B | real, tap | 125,000 | 150,000 | 1.20 (1.20–1.20) | 10.00 | 4.00 "
                        + "| 0.40 (0.40–0.40) | 0.25 (0.25–0.25) | 0.83 | none, none "
                        + "| steered 100,000 at 10.00, unsteered 125,000 at 6.00 | 2.50 |\n"),
                text);
    }

    @Test
    void shouldMakeAPageThatNeedsNothingElse() {
        final String page = HtmlReport.of(report());
        assertTrue(page.contains("<h2>redis</h2>"), page);
        assertEquals(4, page.split("<svg ", -1).length - 1);
        assertFalse(page.matches("(?s).*(src|href)=.*"), "the page refers to something");
    }

    @Test
    void shouldDrawChartsThatAreWellFormedAndInsideTheirFrame() throws Exception {
        final String page = HtmlReport.of(report());
        for (int at = page.indexOf("<svg "); at >= 0; at = page.indexOf("<svg ", at + 1)) {
            final String svg = page.substring(at, page.indexOf("</svg>", at) + "</svg>".length());
            final var circles = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(svg)))
                    .getElementsByTagName("circle");
            assertTrue(circles.getLength() >= 2, svg);
            for (int i = 0; i < circles.getLength(); i++) {
                final double y = Double.parseDouble(
                        circles.item(i).getAttributes().getNamedItem("cy").getNodeValue());
                assertTrue(y >= 40 && y <= 225, svg);
            }
        }
    }
}
