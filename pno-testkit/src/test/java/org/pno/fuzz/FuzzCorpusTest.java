package org.pno.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.pno.bridge.LinkTarget;
import org.pno.bridge.Wire6Target;
import org.pno.bridge.WireTarget;
import org.pno.dpu.DescriptorTarget;

/** Every input of the corpus still does no harm, those among them that once did. */
class FuzzCorpusTest {
    private static final Path CORPUS = Path.of("src/test/resources/fuzz");

    private static Stream<DynamicTest> corpus(final Class<?> target, final Consumer<byte[]> entry) throws IOException {
        final List<Path> inputs;
        try (Stream<Path> files = Files.list(CORPUS.resolve(target.getSimpleName()))) {
            inputs = files.sorted().toList();
        }
        assertTrue(!inputs.isEmpty(), "no corpus of " + target);
        return inputs.stream()
                .map(input -> DynamicTest.dynamicTest(
                        input.getFileName().toString(), () -> entry.accept(Files.readAllBytes(input))));
    }

    @TestFactory
    Stream<DynamicTest> shouldTakeFrames() throws IOException {
        return corpus(FrameTarget.class, FrameTarget::fuzzerTestOneInput);
    }

    @TestFactory
    Stream<DynamicTest> shouldTakeTexts() throws IOException {
        return corpus(TextTarget.class, TextTarget::fuzzerTestOneInput);
    }

    @TestFactory
    Stream<DynamicTest> shouldTakeFramesOfAConnection() throws IOException {
        return corpus(WireTarget.class, WireTarget::fuzzerTestOneInput);
    }

    @TestFactory
    Stream<DynamicTest> shouldTakeWordsOfAHost() throws IOException {
        return corpus(LinkTarget.class, LinkTarget::fuzzerTestOneInput);
    }

    @TestFactory
    Stream<DynamicTest> shouldTakeFramesOfAConnectionByIpv6() throws IOException {
        return corpus(Wire6Target.class, Wire6Target::fuzzerTestOneInput);
    }

    @TestFactory
    Stream<DynamicTest> shouldPutFragmentsTogether() throws IOException {
        return corpus(FragmentTarget.class, FragmentTarget::fuzzerTestOneInput);
    }

    @TestFactory
    Stream<DynamicTest> shouldKnowItsNeighbours() throws IOException {
        return corpus(NeighbourTarget.class, NeighbourTarget::fuzzerTestOneInput);
    }

    @TestFactory
    Stream<DynamicTest> shouldTakeSegments() throws IOException {
        return corpus(SegmentTarget.class, SegmentTarget::fuzzerTestOneInput);
    }

    @TestFactory
    Stream<DynamicTest> shouldTakeDescriptors() throws IOException {
        return corpus(DescriptorTarget.class, DescriptorTarget::fuzzerTestOneInput);
    }
}
