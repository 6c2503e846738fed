package org.pno.cli.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.pno.cli.machine.Cores;
import org.pno.cli.machine.ProcessIdentity;
import org.pno.cli.machine.Programs;
import org.pno.cli.machine.RunDirectory;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;
import org.pno.sys.Cpu;

/** Makes labs, finds those that stand, and clears away what dead ones left. */
public final class Labs {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,30}");
    private static final String PREFIX = "lab-";
    private static final String HOLDER = "holder";
    private static final String SCRIPT = "lab.sh";

    private static volatile boolean ending;

    private Labs() {}

    /** Makes a lab that ends with this process, whatever ends it, or when it is closed. */
    public static Lab open(final String name) {
        final Lab lab = make(name, "pipe");
        final Runnable end = () -> {
            ending = true;
            lab.close();
        };
        Runtime.getRuntime().addShutdownHook(new Thread(end, "lab-close"));
        return lab;
    }

    /** True once this process ends, by a signal say, and its labs with it: then nothing that fails in them is news. */
    public static boolean areEnding() {
        return ending;
    }

    /** Makes a lab that stands until it is closed by whoever finds it. */
    public static Lab raise(final String name) {
        return make(name, "stay");
    }

    /** The lab of that name, if it stands. */
    public static Optional<Lab> find(final String name) {
        final Path directory = directory(name);
        if (!LabState.isStored(directory)) {
            return Optional.empty();
        }
        final ProcessIdentity holder = readHolder(directory);
        return holder.hasEnded()
                ? Optional.empty()
                : ProcessHandle.of(holder.pid())
                        .map(process -> new Lab(name, directory, LabState.load(directory), process));
    }

    private static Lab make(final String name, final String life) {
        Programs.need("unshare", "util-linux");
        Programs.need("ip", "iproute2");
        sweep();
        final Path directory = directory(name);
        try {
            Files.createDirectory(directory);
            writeHolder(directory, ProcessIdentity.ofThisProcess());
            copyScript(directory);
            return start(name, directory, life);
        } catch (final FileAlreadyExistsException e) {
            throw new UserError("lab '" + name + "' is up already; './pno lab down " + name + "' ends it.", e);
        } catch (final IOException e) {
            throw new UncheckedIOException("lab '" + name + "'", e);
        }
    }

    private static Lab start(final String name, final Path directory, final String life) throws IOException {
        final boolean inUserNamespace = Cpu.effectiveUserId() != 0;
        final Path log = directory.resolve("lab.log");
        final ProcessBuilder builder =
                new ProcessBuilder(commandLine(inUserNamespace, life, directory)).redirectError(log.toFile());
        final Process holder = builder.start();
        final BufferedReader output = holder.inputReader();
        String line = output.readLine();
        while (line != null && !line.startsWith("ready ")) {
            line = output.readLine();
        }
        if (line == null) {
            final String complaint = Files.readString(log).strip();
            RunDirectory.remove(directory);
            throw new UserError("cannot make a lab of network namespaces: " + complaint + advice(inUserNamespace));
        }
        final long initPid = holder.children().findFirst().orElseThrow().pid();
        final LabState state = LabState.of(initPid, inUserNamespace, line);
        writeHolder(directory, ProcessIdentity.of(holder.pid()));
        state.store(directory);
        return new Lab(name, directory, state, holder.toHandle());
    }

    private static List<String> commandLine(final boolean inUserNamespace, final String life, final Path directory) {
        final List<String> line = new ArrayList<>(List.of("setsid", "unshare"));
        if (inUserNamespace) {
            line.addAll(List.of("--user", "--map-root-user"));
        }
        line.addAll(List.of("--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc", "--"));
        final Cores cores = Cores.ofThisProcess();
        line.addAll(List.of("sh", directory.resolve(SCRIPT).toString(), life));
        line.addAll(List.of(cores.mask(Side.HOST), cores.mask(Side.PEER)));
        return line;
    }

    private static String advice(final boolean inUserNamespace) {
        return inUserNamespace
                ? "\nAn ordinary user needs user namespaces (sysctls user.max_user_namespaces and, on Ubuntu,"
                        + " kernel.apparmor_restrict_unprivileged_userns=0); root needs none of this."
                : "\nIn a container, it needs CAP_SYS_ADMIN and CAP_NET_ADMIN.";
    }

    /** Removes what labs left whose process has ended without tidying up. */
    private static void sweep() {
        try (DirectoryStream<Path> labs = Files.newDirectoryStream(RunDirectory.ofUser(), PREFIX + "*")) {
            for (final Path directory : labs) {
                if (readHolder(directory).hasEnded()) {
                    RunDirectory.remove(directory);
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ProcessIdentity readHolder(final Path directory) {
        try {
            return ProcessIdentity.parse(Files.readString(directory.resolve(HOLDER)));
        } catch (final NoSuchFileException e) {
            return ProcessIdentity.ofThisProcess(); // being made, or being removed, at this very moment
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeHolder(final Path directory, final ProcessIdentity identity) throws IOException {
        Files.writeString(directory.resolve(HOLDER), identity.toString());
    }

    private static Path directory(final String name) {
        if (!NAME.matcher(name).matches()) {
            throw new UserError("'" + name + "' is no name for a lab: small letters, digits and '-', 31 at most.");
        }
        return RunDirectory.ofUser().resolve(PREFIX + name);
    }

    private static void copyScript(final Path directory) throws IOException {
        try (InputStream text = Labs.class.getResourceAsStream(SCRIPT)) {
            Files.copy(text, directory.resolve(SCRIPT));
        }
    }
}
