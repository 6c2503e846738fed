package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * Keeps the process's signal handlers as they are. Some libraries install their own for faults when they are loaded;
 * but the JVM lives by its faults, and a handler that takes them for crashes ends it at the next null pointer check.
 */
public final class SignalHandlers {
    private static final int SIGNALS = 31;
    /** Ample for a struct sigaction, whose content is nobody's business here. */
    private static final int ACTION_BYTES = 256;

    private static final LibcFunction SIGACTION =
            LibcFunction.of("sigaction", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

    private SignalHandlers() {}

    /** Does something that may install handlers, and puts back those of before. */
    public static <T> T kept(final Supplier<T> action) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment actions = arena.allocate((SIGNALS + 1L) * ACTION_BYTES, Long.BYTES);
            for (int signal = 1; signal <= SIGNALS; signal++) {
                SIGACTION.call(signal, 0, actions.address() + (long) signal * ACTION_BYTES);
            }
            try {
                return action.get();
            } finally {
                // Those that cannot have a handler refuse this, as they must.
                for (int signal = 1; signal <= SIGNALS; signal++) {
                    SIGACTION.call(signal, actions.address() + (long) signal * ACTION_BYTES, 0);
                }
            }
        }
    }
}
