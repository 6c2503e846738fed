package org.pno.cli.compat.suites;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each suite reads what its tests write. */
final class SuitesTest {
    @Test
    void shouldReadCpython() {
        final String output = """
                test_a (test.T.test_a) ... ok
                ERROR: test_b (test.T.test_b)
                FAIL: test_c (test.T.test_c)
                Ran 3 tests in 0.5s
                """;
        assertEquals(
                new Outcome(3, true, Set.of("test_b (test.T.test_b)", "test_c (test.T.test_c)")),
                new Cpython().outcome(output, true));
    }

    @Test
    void shouldNotTakeARunOfCpythonThatWasCutOffForAGoodOne() {
        assertEquals(
                new Outcome(0, false, Set.of()),
                new Cpython().outcome("test_a (test.T.test_a) ... Timeout (0:01:00)!\n", true));
    }

    @Test
    void shouldReadRedis() {
        final String output = """
                [ok]: SAVE - make sure there are all the types (12 ms)
                [err]: PSYNC in tests/integration/psync2.tcl
                Expected 1 to be 2
                                   The End
                *** [err]: PSYNC in tests/integration/psync2.tcl
                """;
        assertEquals(
                new Outcome(2, true, Set.of("PSYNC in tests/integration/psync2.tcl")),
                new RedisTests().outcome(output, true));
    }

    @Test
    void shouldNotTakeARunOfRedisThatWasCutOffForAGoodOne() {
        assertEquals(new Outcome(1, false, Set.of()), new RedisTests().outcome("[ok]: a (1 ms)\n", true));
    }

    @Test
    void shouldReadPerl() {
        final String output = """
                1..3
                ok 1 - stored
                # a remark
                not ok 2 - fetched
                ok 3
                """;
        assertEquals(new Outcome(3, true, Set.of("ok 2 - fetched")), Tap.outcome(output, true));
    }

    @Test
    void shouldReadHaproxy() {
        final String output = """
                #    top  TEST reg-tests/log/a.vtc passed (0.123)
                #    top  TEST reg-tests/log/b.vtc FAILED (0.456) exit=2
                """;
        assertEquals(new Outcome(2, true, Set.of("reg-tests/log/b.vtc")), new HaproxyTests().outcome(output, true));
    }
}
