package org.pno.cli.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pno.cli.machine.UserError;

class WarmUpTest {
    private static final long PID = 7;

    @TempDir
    private Path proc;

    private final List<String> said = new ArrayList<>();

    /** Runs as long as it is told to, while a compiler takes so many hundredths of a second in each run. */
    private final class Client implements LoadClient {
        private final IntUnaryOperator ticksOfRun;
        private final List<String> calls = new ArrayList<>();
        private int ticks;

        private Client(final IntUnaryOperator ticksOfRun) {
            this.ticksOfRun = ticksOfRun;
        }

        @Override
        public void prepare() {
            calls.add("prepare");
            compile(300);
        }

        @Override
        public ToolReport run(final double seconds) {
            calls.add("run");
            compile(ticksOfRun.applyAsInt(runs()));
            return new ToolReport(1, seconds, 1, 1);
        }

        private int runs() {
            return calls.size() - 1;
        }

        private void compile(final int more) {
            ticks += more;
            final Path thread = proc.resolve(PID + "/task/8");
            try {
                Files.createDirectories(thread);
                Files.writeString(
                        thread.resolve("stat"), "8 (C2 CompilerThre) S 1 7 7 0 -1 0 0 0 0 0 " + ticks + " 0 0 0 20");
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Warmth warmUp(final double least, final double most, final Client client) {
        return new WarmUp(least, most, said::add).run("pno", client, new JitTime(proc, List.of(PID)));
    }

    @Test
    void shouldLoadForTheLeastTimeThoughNothingCompiles() {
        final Client client = new Client(run -> 0);
        assertEquals(new Warmth(3, 0, 0), warmUp(3, 30, client));
        assertEquals("prepare", client.calls.getFirst());
        assertEquals(6, client.runs());
    }

    @Test
    void shouldGoOnUntilTheCompilersHaveRestedForTwoSeconds() {
        final Client client = new Client(run -> run <= 10 ? 25 : 1);
        assertEquals(new Warmth(7, 2.54, 0.02), rounded(warmUp(3, 30, client)));
        assertEquals(List.of(), said);
    }

    @Test
    void shouldNotTakeOneQuietLapForRest() {
        final Client client = new Client(run -> run % 2 == 1 && run < 12 ? 25 : 0);
        assertEquals(6.5, warmUp(1, 30, client).seconds());
    }

    @Test
    void shouldGiveUpAfterTheMostTimeAndSaySo() {
        final Warmth warmth = warmUp(3, 5, new Client(run -> 25));
        assertEquals(new Warmth(5, 2.5, 0.5), rounded(warmth));
        assertFalse(warmth.isAtRest());
        assertEquals(
                List.of("WARNING: after 5 s of load the JIT of route pno still takes 50 % of a core: no steady state"),
                said);
    }

    @Test
    void shouldNotLoadLongerThanTheMostTimeThoughTheLeastIsMore() {
        assertEquals(0.5, warmUp(3, 0.3, new Client(run -> 0)).seconds());
    }

    @Test
    void shouldNotGoOnAfterAWrongAnswer() {
        final Client client = new Client(run -> {
            throw new VoidRound("a wrong answer");
        });
        final UserError error = assertThrows(UserError.class, () -> warmUp(3, 30, client));
        assertTrue(error.getMessage().contains("route pno: a wrong answer"), error.getMessage());
    }

    private static Warmth rounded(final Warmth warmth) {
        return new Warmth(
                warmth.seconds(),
                Math.rint(warmth.jitSeconds() * 1_000) / 1_000,
                Math.rint(warmth.jitShare() * 1_000) / 1_000);
    }
}
