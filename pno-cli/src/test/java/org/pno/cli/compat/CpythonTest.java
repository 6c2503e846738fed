package org.pno.cli.compat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;

final class CpythonTest {
    private static final String FAILED = """
            test_a (test.T.test_a) ... ok
            ERROR: test_b (test.T.test_b)
            FAIL: test_c (test.T.test_c)
            Ran 3 tests in 0.5s
            """;

    @Test
    void shouldReadWhatFailedAndHowManyRan() {
        final Cpython.Outcome outcome = Cpython.Outcome.of(FAILED);
        assertEquals(Set.of("test_b (test.T.test_b)", "test_c (test.T.test_c)"), outcome.failed());
        assertEquals("Ran 3 tests", outcome.ran());
    }

    @Test
    void shouldNotTakeARunThatWasCutOffForAGoodOne() {
        assertEquals(
                "no end",
                Cpython.Outcome.of("test_a (test.T.test_a) ... Timeout (0:01:00)!\n")
                        .ran());
    }

    @Test
    void shouldTellOnlyWhatFailsMore() {
        final Cpython.Outcome other = Cpython.Outcome.of("FAIL: test_c (test.T.test_c)\nRan 3 tests in 0.1s\n");
        assertEquals(
                Set.of("test_b (test.T.test_b)"), Cpython.Outcome.of(FAILED).failedUnlike(other));
    }
}
