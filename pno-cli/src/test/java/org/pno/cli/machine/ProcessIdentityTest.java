package org.pno.cli.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ProcessIdentityTest {
    @Test
    void shouldKnowThatThisProcessLives() {
        assertFalse(ProcessIdentity.ofThisProcess().hasEnded());
    }

    @Test
    void shouldReadWhatItWrote() {
        final ProcessIdentity ours = ProcessIdentity.ofThisProcess();
        assertEquals(ours, ProcessIdentity.parse(ours.toString()));
    }

    @Test
    void shouldNotMistakeAnotherProcessOfTheSamePid() {
        final ProcessIdentity ours = ProcessIdentity.ofThisProcess();
        assertTrue(new ProcessIdentity(ours.pid(), ours.startTicks() + 1, ours.namespace()).hasEnded());
    }

    @Test
    void shouldKnowNothingOfAnotherNamespace() {
        assertFalse(new ProcessIdentity(1, 1, "pid:[1]").hasEnded());
    }

    @Test
    void shouldSeeTheEndOfAProcess() throws IOException, InterruptedException {
        final Process child = new ProcessBuilder("cat").start();
        final ProcessIdentity identity = ProcessIdentity.of(child.pid());
        assertFalse(identity.hasEnded());
        child.getOutputStream().close();
        child.waitFor();
        assertTrue(identity.hasEnded());
    }
}
