package org.pno.bridge;

/** Answer to something that needed host memory and so could not be answered at once. */
@FunctionalInterface
public interface Completion {
    /** @param result 0 or more, or a negative errno */
    void complete(int result);
}
