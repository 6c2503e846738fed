package org.pno.dpu;

/** What to do when a descriptor that the loop watches is ready. */
@FunctionalInterface
interface Watch {
    /** @param events those that hold, of {@link org.pno.sys.Epoll} */
    void onReady(int events);
}
