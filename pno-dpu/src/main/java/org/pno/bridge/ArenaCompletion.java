package org.pno.bridge;

/** Answer to an arena that was handed in, once its header and its first holder slot have been read. */
public interface ArenaCompletion {
    void accepted(HostArena arena, Holder holder);

    /** @param text what is wrong, for the host's log */
    void refused(int errno, String text);
}
