package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A few cells of {@code ./pno bench interop}, whose programs look at every byte and fail at a wrong or a missing one.
 * How fast they are is not judged here.
 */
@Tag("system")
class InteropTest {
    private static final List<String> CELLS = List.of(
            "bulk-out-ipv4-10ms-loss1",
            "bulk-in-ipv4-10ms-reorder",
            "bulk-out-ipv6-0.1ms-loss5",
            "bulk-in-ipv6-10ms-loss1",
            "ask-out-ipv6-0.1ms-loss1",
            "ask-in-ipv4-10ms-loss0.1",
            "short-in-ipv6-10ms-loss0.1",
            "share-out-ipv4-10ms-loss0");

    @BeforeAll
    static void build() {
        Pno.build();
    }

    @Test
    void shouldExchangeWithLinuxWhatWasSent() throws IOException, InterruptedException {
        final Process bench = new ProcessBuilder(Pno.command(
                        "bench",
                        "interop",
                        "--cells=^(" + String.join("|", CELLS) + ")$",
                        "--seeds=1",
                        "--seconds=0.5",
                        "--bytes=500000",
                        "--min-ratio=0",
                        "--min-fairness=0",
                        "--json"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        final String report = new String(bench.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertEquals(0, bench.waitFor());
        for (final String cell : CELLS) {
            assertTrue(report.contains("\"cell\":\"" + cell + "\""), () -> cell + " is missing: " + report);
        }
    }
}
