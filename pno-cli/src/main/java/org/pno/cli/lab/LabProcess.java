package org.pno.cli.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.pno.cli.machine.UserError;

/** A program that runs in a lab, its output in a log. The process of ours is nsenter(1), the program its child. */
public final class LabProcess {
    private static final int TAIL_LINES = 20;
    private static final long POLL_MILLIS = 5;

    private final String name;
    private final Process entrance;
    private final Path log;

    private LabProcess(final String name, final Process entrance, final Path log) {
        this.name = name;
        this.entrance = entrance;
        this.log = log;
    }

    static LabProcess start(final String name, final List<String> commandLine, final Path log) {
        try {
            final Process entrance = new ProcessBuilder(commandLine)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            entrance.getOutputStream().close();
            return new LabProcess(name, entrance, log);
        } catch (final IOException e) {
            throw new UncheckedIOException("starting " + name, e);
        }
    }

    public boolean isAlive() {
        return entrance.isAlive();
    }

    /** The program itself, as seen from outside the lab. */
    public ProcessHandle program() {
        await(
                "start",
                Duration.ofSeconds(10),
                () -> entrance.children().findAny().isPresent());
        return entrance.children().findAny().orElseThrow();
    }

    /** The program and all that it has started. */
    public Stream<Long> pids() {
        final ProcessHandle program = program();
        return Stream.concat(Stream.of(program), program.descendants()).map(ProcessHandle::pid);
    }

    /** Waits until something is so; the program's end before, or too long a wait, is an error that shows its log. */
    public void await(final String what, final Duration patience, final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (!entrance.isAlive()) {
                throw new UserError(name + " ended (exit status " + entrance.exitValue() + "): " + tail());
            }
            if (System.nanoTime() > deadlineNs) {
                throw new UserError(name + " did not " + what + " in " + patience.toSeconds() + " s: " + tail());
            }
            sleep();
        }
    }

    /** Waits for the program's end, and returns its exit status. */
    public int awaitEnd(final Duration patience) {
        try {
            if (!entrance.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new UserError(name + " did not end in " + patience.toSeconds() + " s: " + tail());
            }
            return entrance.exitValue();
        } catch (final InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Kills the program (SIGKILL) and waits until it is gone. */
    public void kill() {
        entrance.descendants().forEach(ProcessHandle::destroyForcibly);
        entrance.destroyForcibly();
        awaitEnd(Duration.ofSeconds(10));
    }

    /** All that it has written; what is no UTF-8 is replaced. */
    public String output() {
        try {
            return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last lines that it has written. */
    public String tail() {
        final List<String> lines = output().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }

    private static void sleep() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (final InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IllegalStateException interrupted(final InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while waiting for a program of the lab", e);
    }
}
