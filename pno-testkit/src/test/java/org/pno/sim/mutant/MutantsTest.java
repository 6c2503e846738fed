package org.pno.sim.mutant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each mutant still fits its source; a few are hunted. {@code pno sim --mutants} hunts them all. */
class MutantsTest {
    private static final Path HOME = Path.of(System.getProperty("pno.home"));
    private static final List<Mutant> ALL = Mutant.all(HOME);

    private static Mutant mutant(final String name) {
        return ALL.stream()
                .filter(mutant -> mutant.name().endsWith(name))
                .findFirst()
                .orElseThrow();
    }

    @TestFactory
    Collection<DynamicTest> shouldFitItsSource() {
        return ALL.stream()
                .map(mutant -> DynamicTest.dynamicTest(mutant.name(), () -> assertNotNull(mutant.mutate(HOME))))
                .toList();
    }

    @Test
    void shouldBeThirtyAtLeast() {
        assertTrue(ALL.size() >= 30, ALL.size() + " mutants");
        assertEquals(ALL.size(), ALL.stream().map(Mutant::sentence).distinct().count());
    }

    @Test
    void shouldTellThatItsTextStandsNowhere() {
        final Mutant first = ALL.getFirst();
        final Mutant lost = new Mutant("lost", "", first.source(), List.of(), "no such text", "");
        assertThrows(IllegalStateException.class, () -> lost.mutate(HOME));
    }

    @Test
    void shouldTakeNoSeedThatFailsWithoutTheMutant() throws ReflectiveOperationException {
        final PrintStream quiet = new PrintStream(OutputStream.nullOutputStream());
        final MutantHunt hunt = new MutantHunt(HOME, seed -> seed < 3 ? "fails anyway" : null, quiet, quiet);
        assertEquals(3, hunt.hunt(mutant("shrunk-window")).seed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"early-ack", "shrunk-window", "missing-fence"})
    void shouldBeFound(final String name) throws ReflectiveOperationException {
        final PrintStream quiet = new PrintStream(OutputStream.nullOutputStream());
        assertTrue(new MutantHunt(HOME, quiet, quiet).hunt(mutant(name)).isFound());
    }
}
