package org.pno.port;

import java.util.Map;
import java.util.Set;

/** Opens the ports of one kind. Implementations are found by {@link java.util.ServiceLoader}. */
public interface PortProvider {
    /** What stands before the colon: {@code tap}. */
    String kind();

    /** How it is written, for people: {@code tap:NAME}. */
    String form();

    /** One line that says what it is, for {@code --help}. */
    String help();

    /** Names of the options that may follow the target. */
    default Set<String> options() {
        return Set.of();
    }

    /**
     * Opens a port.
     *
     * @param target what stands behind the colon, not empty
     * @param options some of {@link #options()}
     * @param name of the port, for messages
     * @throws PortException if it cannot be opened
     */
    PacketPort open(String target, Map<String, String> options, String name, FramePool pool);
}
