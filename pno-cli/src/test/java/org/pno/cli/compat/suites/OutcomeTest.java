package org.pno.cli.compat.suites;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class OutcomeTest {
    private static final Outcome KERNEL = new Outcome(3, true, Set.of("c"));

    @Test
    void shouldTellOnlyWhatFailsMore() {
        assertEquals(List.of("b"), new Outcome(3, true, Set.of("b", "c")).worseThan(KERNEL, Set.of()));
    }

    @Test
    void shouldNotTellWhatIsKnownToFail() {
        assertEquals(List.of(), new Outcome(3, true, Set.of("b", "c")).worseThan(KERNEL, Set.of("b")));
    }

    @Test
    void shouldTellThatTestsAreMissing() {
        assertEquals(List.of("2 tests and not 3"), new Outcome(2, true, Set.of()).worseThan(KERNEL, Set.of()));
    }

    @Test
    void shouldTellThatAUnitWasCutOff() {
        assertEquals(List.of("no end"), new Outcome(3, false, Set.of()).worseThan(KERNEL, Set.of()));
    }
}
