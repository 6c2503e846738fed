package org.pno.sim.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    private int run(final String... arguments) {
        return SimCommand.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--seeds 0 | --seeds is 0, must be 1 or more",
                "--seeds many | --seeds 'many' is no whole number",
                "--seeds | --seeds needs a value",
                "--pcap x | --pcap needs --seed: the frames of one run",
                "--seed 1 --from 2 | --seed goes without --seeds and --from",
                "--mutants --json | --mutants goes alone",
                "--speed 9 | unknown option '--speed'"
            })
    void shouldSayWhatWasTypedWrongly(final String arguments, final String message) {
        assertEquals(2, run(arguments.trim().split(" ")));
        assertEquals(
                "pno sim: " + message + "; see pno sim --help.",
                err.toString(StandardCharsets.UTF_8).trim());
    }

    @Test
    void shouldPrintHelp() {
        assertEquals(0, run("--help"));
        assertTrue(out().startsWith("Usage: pno sim"), out());
    }

    @Test
    void shouldPrintJson() {
        assertEquals(0, run("--seeds", "2", "--from", "5", "--json"));
        assertTrue(out().matches("\\{\"runs\":2,\"virtualSeconds\":[0-9.]+,\"failures\":\\[]}\\s*"), out());
    }

    @Test
    void shouldPrintWhatWasReached() {
        assertEquals(0, run("--seeds", "2"));
        assertTrue(out().contains("reached: states"), out());
        assertTrue(out().contains("2 runs"), out());
    }

    @Test
    void shouldWriteTheFramesOfARun() throws IOException {
        final Path file = folder.resolve("run.pcapng");
        assertEquals(0, run("--seed", "3", "--pcap", file.toString()));
        assertTrue(out().contains("passes"), out());
        assertTrue(Files.size(file) > 100_000, "a capture of " + Files.size(file) + " bytes");
    }

    @Test
    void shouldSayThatThereIsNoFolderForTheFrames() {
        assertEquals(
                2,
                run("--seed", "3", "--pcap", folder.resolve("none/run.pcapng").toString()));
    }
}
