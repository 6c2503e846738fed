package org.pno.bridge;

/** Answer to a process that wants a holder slot, once the slot has been read. */
@FunctionalInterface
public interface HolderCompletion {
    /**
     * @param holder what was made, or null
     * @param errno why not, or 0
     */
    void complete(Holder holder, int errno);
}
