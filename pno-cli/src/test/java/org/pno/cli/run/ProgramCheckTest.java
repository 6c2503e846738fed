package org.pno.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pno.cli.machine.UserError;

class ProgramCheckTest {
    private static final int PT_NULL = 0;
    private static final int PT_INTERP = 3;

    @TempDir
    private Path directory;

    @Test
    void shouldFindAProgramOnThePath() {
        assertEquals("sh", ProgramCheck.check("sh").getFileName().toString());
    }

    @Test
    void shouldFollowScriptsToTheirInterpreter() throws IOException {
        final Path script = executable("script", "#!/usr/bin/env sh\nexit 0\n".getBytes());
        assertEquals(script, ProgramCheck.check(script.toString()));
    }

    @Test
    void shouldRefuseAProgramThatIsNotThere() {
        refused("no-such-program-anywhere", "was not found");
    }

    @Test
    void shouldRefuseAFileThatIsNotExecutable() throws IOException {
        refused(Files.writeString(directory.resolve("data"), "text").toString(), "not an executable file");
    }

    @Test
    void shouldRefuseAStaticBinary() throws IOException {
        refused(executable("static", withoutInterpreter(shell())).toString(), "linked statically");
    }

    @Test
    void shouldRefuseAScriptOfAStaticInterpreter() throws IOException {
        final Path interpreter = executable("static", withoutInterpreter(shell()));
        final Path script = executable("script", ("#!" + interpreter + "\n").getBytes());
        refused(script.toString(), "linked statically");
    }

    @Test
    void shouldRefuseABinaryForAnotherMachine() throws IOException {
        final byte[] elf = shell();
        ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN).putShort(18, (short) 2); // SPARC
        refused(executable("other", elf).toString(), "another machine");
    }

    @Test
    void shouldRefuseScriptsThatLeadNowhere() throws IOException {
        final Path script = directory.resolve("loop");
        executable("loop", ("#!" + script + "\n").getBytes());
        refused(script.toString(), "script of a script");
    }

    @Test
    void shouldNotTrustTheTablesOfAMalformedFile() throws IOException {
        final byte[] elf = shell();
        ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN).putLong(32, Long.MAX_VALUE);
        refused(executable("broken", elf).toString(), "malformed");
    }

    private static void refused(final String program, final String reason) {
        final UserError error = assertThrows(UserError.class, () -> ProgramCheck.check(program));
        assertTrue(error.getMessage().contains(reason), error.getMessage());
    }

    private static byte[] shell() throws IOException {
        return Files.readAllBytes(Path.of("/bin/sh"));
    }

    private static byte[] withoutInterpreter(final byte[] elf) {
        final ByteBuffer header = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
        final int table = (int) header.getLong(32);
        for (int i = 0; i < header.getShort(56); i++) {
            final int entry = table + i * header.getShort(54);
            if (header.getInt(entry) == PT_INTERP) {
                header.putInt(entry, PT_NULL);
            }
        }
        return elf;
    }

    private Path executable(final String name, final byte[] content) throws IOException {
        final Path file = Files.write(directory.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
