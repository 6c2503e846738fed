package org.pno.cli.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pno.cli.machine.UserError;
import org.pno.link.ControlClient;
import org.pno.link.HandshakeDescriptor;

/** The shim as a program finds it: its library, the DPU it will speak to, and the environment that tells it. */
public final class Shim {
    private static final String LIBRARY = "shim/build/libpno.so";

    private Shim() {}

    /** libpno.so of this tree. */
    public static Path library() {
        final Path library = Path.of(System.getProperty("pno.home", "."), LIBRARY);
        if (!Files.isReadable(library)) {
            throw new UserError(library + " is missing: './pno' builds it, 'make -C shim' too.");
        }
        return library.toAbsolutePath();
    }

    /** Says HELLO to the DPU; a missing one, or one of another version, is an error that says so. */
    public static void checkDpu(final String socket) {
        try (ControlClient dpu = ControlClient.connect(socket, HandshakeDescriptor.KIND_TOOL)) {
            if (dpu.addresses().isEmpty()) {
                throw new UserError("the DPU at " + socket + " has no address, so nothing can be offloaded to it.");
            }
        } catch (final IOException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    /** What a program's environment needs: the shim before other preloaded libraries, and whom it asks. */
    public static Map<String, String> environment(final String socket, final OffloadRules rules) {
        final Map<String, String> environment = environment(socket);
        environment.putAll(rules.environment());
        return environment;
    }

    private static Map<String, String> environment(final String socket) {
        final Map<String, String> environment = new LinkedHashMap<>();
        final String others = System.getenv("LD_PRELOAD");
        environment.put("LD_PRELOAD", library() + (others == null || others.isEmpty() ? "" : ":" + others));
        environment.put("PNO_SOCKET", socket);
        return environment;
    }

    /** What stands before a command line to run it under the shim, or not. */
    public static List<String> prefix(final boolean isOffloaded, final String socket) {
        if (!isOffloaded) {
            return List.of();
        }
        final List<String> prefix = new ArrayList<>(List.of("env"));
        environment(socket).forEach((name, value) -> prefix.add(name + "=" + value));
        return prefix;
    }
}
