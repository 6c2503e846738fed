package org.pno.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every rule and connection of the fuzzer's corpus is read or refused, as {@link RuleTarget} says. */
class RuleCorpusTest {
    @TestFactory
    Stream<DynamicTest> shouldTakeRules() throws IOException {
        final List<Path> inputs;
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/fuzz/RuleTarget"))) {
            inputs = files.sorted().toList();
        }
        assertTrue(!inputs.isEmpty(), "no corpus");
        return inputs.stream()
                .map(input -> DynamicTest.dynamicTest(
                        input.getFileName().toString(),
                        () -> RuleTarget.fuzzerTestOneInput(Files.readAllBytes(input))));
    }
}
