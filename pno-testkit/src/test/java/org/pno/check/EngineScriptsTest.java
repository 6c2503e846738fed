package org.pno.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.pno.check.scripts.AllScripts;

/**
 * The packet scripts on our engine, in virtual time. The same on Linux: {@code LinuxScriptsTest} of the system
 * tests.
 */
class EngineScriptsTest {
    /** What the project has set itself. */
    private static final int LEAST_SCRIPTS = 150;

    @TestFactory
    Stream<DynamicTest> shouldPassOnOurEngine() {
        return AllScripts.all().stream()
                .filter(script -> script.where().includes(false))
                .map(script -> DynamicTest.dynamicTest(
                        script.toString(), () -> script.run(new EngineEndpoint(script.family()))));
    }

    @Test
    void shouldBeAsManyAsWePromise() {
        final List<ScriptCase> all = AllScripts.all();
        final long both =
                all.stream().filter(script -> script.where() == Where.BOTH).count();
        assertTrue(both >= LEAST_SCRIPTS, "scripts for both sides: " + both);
    }

    @Test
    void shouldHaveANameEach() {
        final Set<String> names = new HashSet<>();
        AllScripts.all().forEach(script -> names.add(script.toString() + script.where()));
        assertEquals(AllScripts.all().size(), names.size());
    }

    @Test
    void shouldShowAllPacketsWhenAScriptFails() {
        final ScriptCase wrong = new ScriptCase("Test", "wrong", Where.BOTH, "", script -> {
            script.listen();
            script.inject(Seg.syn());
            script.expect(Seg.seg("SA").seq(0).ack(7));
        });
        final AssertionError failure = assertThrows(AssertionError.class, () -> wrong.run(new EngineEndpoint()));
        assertTrue(failure.getMessage().contains("# listen = 0"), failure::getMessage);
        assertTrue(failure.getMessage().contains("< S seq 0"), failure::getMessage);
        assertTrue(failure.getMessage().contains("> SA seq 0 ack 1"), failure::getMessage);
        assertTrue(failure.getMessage().contains("expected SA seq 0 ack 7"), failure::getMessage);
    }

    @Test
    void shouldFailOnAPacketThatWasNotExpected() {
        final ScriptCase silent = new ScriptCase("Test", "silent", Where.BOTH, "", script -> {
            script.listen();
            script.inject(Seg.syn());
        });
        final AssertionError failure = assertThrows(AssertionError.class, () -> silent.run(new EngineEndpoint()));
        assertTrue(failure.getMessage().contains("expected nothing, came SA"), failure::getMessage);
    }
}
