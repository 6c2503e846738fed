package org.pno.cli.bench;

import java.util.List;
import java.util.Map;
import org.pno.cli.json.JsonReader;

/** A cell as its JSON tells it, of this run or of an earlier one: what pages, tables and comparisons read. */
public record CellView(Map<String, Object> json) {
    /** All cells of a report. */
    public static List<CellView> all(final Object report) {
        return JsonReader.objects(report, "cells").stream().map(CellView::new).toList();
    }

    public String text(final String name) {
        return String.valueOf(json.get(name));
    }

    /** The number at a path of members; NaN if there is none. */
    public double number(final String... path) {
        Object value = json;
        for (final String name : path) {
            value = value instanceof final Map<?, ?> object ? object.get(name) : null;
        }
        return value instanceof final Number number ? number.doubleValue() : Double.NaN;
    }

    /** The text at a path of two members. */
    public String text(final String object, final String name) {
        return json.get(object) instanceof final Map<?, ?> members ? String.valueOf(members.get(name)) : "";
    }

    public int payloadBytes() {
        return (int) number("payloadBytes");
    }

    /** True if requests were sent at a rate, whatever became of those before. */
    public boolean isOpenLoop() {
        return json.get("offeredPerSecond") != null;
    }

    /** What each route told. */
    List<CellView> routes() {
        return JsonReader.objects(json, "routes").stream().map(CellView::new).toList();
    }

    /** True if both rates were bound by the host's core. */
    boolean isHostBound() {
        return text("saturatedCore", "kernel").equals("host")
                && text("saturatedCore", "pno").equals("host");
    }

    /** By what clients and DPU met: "lean, ring". */
    public String kind() {
        return text("client") + ", " + text("port");
    }

    /** The same for the same measurement of another run. */
    public String key() {
        return "%s, %d bytes, %s connections, pipeline %s, %s%s, bus %s"
                .formatted(
                        text("app"),
                        payloadBytes(),
                        plain("connections"),
                        plain("pipeline"),
                        kind(),
                        isOpenLoop() ? ", open loop" : "",
                        text("bus"));
    }

    private String plain(final String name) {
        return Long.toString((long) number(name));
    }

    /** "64 B", "16 KiB". */
    public String payload() {
        final int bytes = payloadBytes();
        return bytes >= 1_024 && bytes % 1_024 == 0 ? bytes / 1_024 + " KiB" : bytes + " B";
    }
}
