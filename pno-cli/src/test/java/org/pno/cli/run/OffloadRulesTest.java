package org.pno.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pno.cli.machine.UserError;

class OffloadRulesTest {
    @TempDir
    private Path directory;

    private static Map<String, String> environment(
            final List<String> offload, final List<String> exclude, final Path config) {
        return OffloadRules.check(offload, exclude, config, Map.of()).environment();
    }

    private static String refusal(final Map<String, String> inherited) {
        return assertThrows(UserError.class, () -> OffloadRules.check(List.of(), List.of(), null, inherited))
                .getMessage();
    }

    private Path file(final String text) throws IOException {
        return Files.writeString(directory.resolve("pno.conf"), text);
    }

    @Test
    void shouldHandRulesToTheShim() {
        assertEquals(
                Map.of("PNO_OFFLOAD", "dpu,localhost", "PNO_EXCLUDE", "*:22"),
                environment(List.of("dpu", "localhost"), List.of("*:22"), null));
    }

    @Test
    void shouldLeaveWhatTheEnvironmentSaysAsItIs() {
        assertEquals(
                Map.of(),
                OffloadRules.check(List.of(), List.of(), null, Map.of("PNO_OFFLOAD", "dpu,*:1-9"))
                        .environment());
    }

    @Test
    void shouldCheckWhatTheEnvironmentSays() {
        assertTrue(
                refusal(Map.of("PNO_EXCLUDE", "dpu,10.0.0.0/99")).startsWith("PNO_EXCLUDE: '10.0.0.0/99' is no rule"));
    }

    @Test
    void shouldReadAFile() throws IOException {
        final Path config = file("# rules\n\n offload dpu # own\nexclude *:22\n");
        assertEquals(Map.of("PNO_CONFIG", config.toString()), environment(List.of(), List.of(), config));
    }

    @Test
    void shouldNameTheLineThatCannotBeRead() throws IOException {
        final Path config = file("offload dpu\ninclude dpu\n");
        assertTrue(refusal(Map.of("PNO_CONFIG", config.toString()))
                .startsWith(config + ", line 2: 'include dpu' is no line; say offload RULE"));
    }

    @Test
    void shouldTellOfAFileThatIsNotThere() {
        final Path missing = directory.resolve("missing");
        final UserError error = assertThrows(UserError.class, () -> environment(List.of(), List.of(), missing));
        assertTrue(error.getMessage().startsWith("--config: cannot read " + missing), error.getMessage());
    }

    @Test
    void shouldRefuseMoreRulesThanTheShimHolds() {
        final List<String> many = Collections.nCopies(65, "localhost");
        final UserError error = assertThrows(UserError.class, () -> environment(many, List.of(), null));
        assertTrue(error.getMessage().contains("a rule too many: at most 128"), error.getMessage());
    }
}
