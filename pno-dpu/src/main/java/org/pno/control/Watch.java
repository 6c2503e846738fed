package org.pno.control;

/** What to do when a descriptor that the loop watches is ready. */
@FunctionalInterface
public interface Watch {
    /** @param events those that hold, of {@link org.pno.sys.Epoll} */
    void onReady(int events);
}
