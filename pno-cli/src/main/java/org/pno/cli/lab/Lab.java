package org.pno.cli.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.pno.cli.machine.RunDirectory;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;

/**
 * A lab that stands. {@link Labs} makes and finds it. A lab of a program ends with that program, however it ends: its
 * first process reads from a pipe of ours, and with it the kernel kills all others in its pid namespace.
 */
public final class Lab implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 10;
    private static final Duration FURNISHING = Duration.ofSeconds(20);
    private static final String[] NO_ARGUMENTS = {};

    private final String name;
    private final Path directory;
    private final LabState state;
    private final ProcessHandle holder;

    Lab(final String name, final Path directory, final LabState state, final ProcessHandle holder) {
        this.name = name;
        this.directory = directory;
        this.state = state;
        this.holder = holder;
    }

    public String name() {
        return name;
    }

    /** Its directory for sockets and logs; removed with it. */
    public Path directory() {
        return directory;
    }

    /** Where a DPU of this lab listens. */
    public Path controlSocket() {
        return directory.resolve("dpu.sock");
    }

    /** The port for a DPU on the peer's side: "tap:pno0" or "packet:pno1". */
    public String port() {
        return state.port();
    }

    /** Why the port is no TAP, or nothing. */
    public String tapRefusal() {
        return state.refused();
    }

    /** True if what a host receives is worked on by that host's own cores. */
    public boolean isSteered() {
        return state.steered();
    }

    /** The process that holds the peer's network, as ip(8) in the lab knows it. */
    public long peerPid() {
        return state.peerPid();
    }

    /**
     * The command line that runs a command in the lab. It is killed when the process that runs this line ends.
     *
     * @param workingDirectory of the command
     */
    public List<String> commandLine(final Side side, final Path workingDirectory, final List<String> command) {
        final List<String> line = new ArrayList<>(List.of("nsenter", "--target", Long.toString(state.initPid())));
        if (state.inUserNamespace()) {
            line.addAll(List.of("--user", "--preserve-credentials"));
        }
        line.addAll(List.of("--mount", "--pid", "--net", "--"));
        if (side == Side.PEER) {
            line.addAll(List.of("nsenter", "--net=/proc/" + state.peerPid() + "/ns/net", "--"));
        }
        line.addAll(List.of("setpriv", "--pdeathsig", "KILL", "--"));
        // A shell's background job ignores SIGINT, and so would all that it starts.
        line.addAll(List.of("env", "--default-signal=INT,QUIT", "--chdir=" + workingDirectory));
        line.add("PNO_SOCKET=" + controlSocket());
        line.addAll(command);
        return line;
    }

    /** Starts a command, its output in a log of that name. */
    public LabProcess start(final Side side, final String logName, final List<String> command) {
        return LabProcess.start(logName, commandLine(side, directory, command), directory.resolve(logName + ".log"));
    }

    /** Runs lines of shell to their good end: what a command adds to the lab. */
    public void configure(final Side side, final String script) {
        final LabProcess process = start(side, "configure", List.of("sh", "-ec", script));
        if (process.awaitEnd(FURNISHING) != 0) {
            throw new UserError("lab '" + name + "' cannot be furnished: " + process.tail());
        }
    }

    /** Ends all that runs in the lab, and the lab. */
    @Override
    public void close() {
        if (holder.isAlive()) {
            ProcessHandle.of(state.initPid()).ifPresent(ProcessHandle::destroyForcibly);
            ProcessHandle.allProcesses().filter(this::isCommand).forEach(ProcessHandle::destroyForcibly);
            awaitEnd();
        }
        RunDirectory.remove(directory);
    }

    /**
     * True for who entered the lab for a command and waits outside for its end. If stopped, it would not collect what
     * was killed in the lab, and the lab could not end.
     */
    private boolean isCommand(final ProcessHandle process) {
        final String[] arguments = process.info().arguments().orElse(NO_ARGUMENTS);
        return arguments.length > 1
                && process.info().command().orElse("").endsWith("/nsenter")
                && arguments[0].equals("--target")
                && arguments[1].equals(Long.toString(state.initPid()));
    }

    private void awaitEnd() {
        try {
            holder.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (final Exception e) {
            throw new UserError("lab '" + name + "' does not end; process " + holder.pid() + " waits for one that was"
                    + " killed in it and that its parent, stopped or traced, has not collected.");
        }
    }
}
