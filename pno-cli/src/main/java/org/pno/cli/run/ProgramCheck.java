package org.pno.cli.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.pno.cli.machine.Programs;
import org.pno.cli.machine.UserError;
import org.pno.sys.Cpu;

/**
 * Whether a program can run under the shim. What the shim cannot be loaded into (ld.so(8), LD_PRELOAD) would run on
 * the kernel's TCP without a word, so it is refused with the reason.
 */
public final class ProgramCheck {
    private static final int MAX_INTERPRETERS = 4; // as many as Linux follows
    private static final int MAX_FIRST_LINE = 255; // as much as Linux reads
    private static final int SETUID = 04000;
    private static final int SETGID = 02000;

    private final String program;

    private ProgramCheck(final String program) {
        this.program = program;
    }

    /**
     * Finds the program as a shell would and looks at it, and at its interpreters if it is a script.
     *
     * @return its path
     * @throws UserError if it is not there, or the shim would not be loaded into it
     */
    public static Path check(final String program) {
        final Path path = Programs.find(program).orElseThrow(() -> new UserError("'" + program + "' was not found."));
        if (Files.isDirectory(path) || !Files.isExecutable(path)) {
            throw new UserError(path + " is not an executable file.");
        }
        new ProgramCheck(program).checkFile(path, MAX_INTERPRETERS);
        return path;
    }

    private void checkFile(final Path path, final int interpretersLeft) {
        try {
            final Optional<ElfFile> elf = ElfFile.read(path);
            if (elf.isPresent()) {
                checkPrivileges(path);
                checkBinary(path, elf.get());
                return;
            }
            if (interpretersLeft == 0) {
                throw refusal(path, "it is a script of a script of a script, deeper than Linux follows");
            }
            checkFile(interpreter(path), interpretersLeft - 1);
        } catch (final IOException e) {
            throw new UserError("cannot look at " + path + ": " + e.getMessage(), e);
        }
    }

    private void checkBinary(final Path path, final ElfFile elf) throws IOException {
        final ElfFile ours = ElfFile.read(Path.of("/proc/self/exe")).orElseThrow();
        if (!elf.is64Bit() || elf.machine() != ours.machine()) {
            throw refusal(path, "it is built for another machine than libpno.so (ELF machine " + elf.machine() + ")");
        }
        if (elf.interpreter().isEmpty()) {
            throw refusal(path, "it is linked statically, so no library can be preloaded");
        }
        if (elf.interpreter().get().contains("ld-musl")) {
            throw refusal(path, "it uses musl, and libpno.so is made for the GNU C library");
        }
        if (elf.hasSection(".go.buildinfo") || elf.hasSection(".note.go.buildid")) {
            throw refusal(path, "it is written in Go, whose programs make system calls past the C library");
        }
    }

    /** ld.so(8), secure-execution mode: such programs ignore LD_PRELOAD. */
    private void checkPrivileges(final Path path) throws IOException {
        final int mode = (int) Files.getAttribute(path, "unix:mode");
        final boolean changesUser =
                (mode & SETUID) != 0 && (int) Files.getAttribute(path, "unix:uid") != Cpu.effectiveUserId();
        final boolean changesGroup = (mode & SETGID) != 0 && Cpu.effectiveUserId() != 0;
        if (changesUser || changesGroup) {
            throw refusal(path, "it is setuid or setgid, so the loader ignores LD_PRELOAD");
        }
    }

    private static Path interpreter(final Path script) throws IOException {
        final String[] words = firstLine(script).split("\\s+");
        if (words.length == 0 || words[0].isEmpty()) {
            return Path.of("/bin/sh"); // as execvp(3) does with a file that has no magic number
        }
        final boolean byEnv = words[0].endsWith("/env") && words.length > 1 && !words[1].startsWith("-");
        final String interpreter = byEnv ? words[1] : words[0];
        return Programs.find(interpreter)
                .orElseThrow(() -> new UserError(script + " asks for '" + interpreter + "', which was not found."));
    }

    /** What stands behind "#!", or nothing. */
    private static String firstLine(final Path script) throws IOException {
        try (InputStream in = Files.newInputStream(script)) {
            final String start = new String(in.readNBytes(MAX_FIRST_LINE), StandardCharsets.ISO_8859_1);
            return start.startsWith("#!")
                    ? start.lines().findFirst().orElseThrow().substring(2).strip()
                    : "";
        }
    }

    private UserError refusal(final Path path, final String reason) {
        final String name = path.toString().equals(program) ? program : program + " (" + path + ")";
        return new UserError("the shim cannot be loaded into " + name + ": " + reason + ".");
    }
}
