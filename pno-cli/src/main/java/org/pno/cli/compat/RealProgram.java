package org.pno.cli.compat;

import java.util.List;
import java.util.Map;

/** A program of the distribution, and what must hold when its TCP is offloaded. All state is the bench's. */
public interface RealProgram {
    /** As a user names it. */
    String name();

    /** What must be installed: commands, and the Debian packages that bring them. */
    Map<String, String> needs();

    /** The command line that tells the version, in its first line of output that has a digit. */
    List<String> versionCommand();

    /** True if it is run as a user of its own, which only root can make it. */
    default boolean changesUser() {
        return false;
    }

    /** Runs it and checks what it does; the first check that fails ends this by an exception. */
    void run(Bench bench);
}
