package org.pno.dpu;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.pno.link.ControlClient;
import org.pno.link.HandshakeDescriptor;
import org.pno.sys.Cpu;

/** A program of another user: the calling thread is that user for as long as it takes to connect. Needs root. */
@SuppressWarnings("restricted") // To call into libc.
final class OtherUser {
    private static final long NOBODY = 65_534;
    private static final long UNCHANGED = -1;
    /** By its number: libc's own function would change all threads. */
    private static final long SETRESUID = "amd64".equals(System.getProperty("os.arch")) ? 117 : 147;

    private static final MethodHandle SYSCALL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                    Linker.Option.firstVariadicArg(1));

    private OtherUser() {}

    /** Connects to a DPU whose socket stands in that directory. */
    static ControlClient connect(final Path directory, final String socketPath) throws IOException {
        assumeTrue(Cpu.effectiveUserId() == 0, "only root can be another user");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        become(NOBODY);
        try {
            return ControlClient.connect(socketPath, HandshakeDescriptor.KIND_PROGRAM);
        } finally {
            become(0);
        }
    }

    private static void become(final long user) {
        try {
            final long failed = (long) SYSCALL.invokeExact(SETRESUID, UNCHANGED, user, UNCHANGED);
            if (failed != 0) {
                throw new IllegalStateException("setresuid to " + user);
            }
        } catch (final RuntimeException | Error e) {
            throw e;
        } catch (final Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
