package org.pno.bridge;

import org.pno.stack.NetworkStack;
import org.pno.stack.StackOutput;

/** Builds the stack that a bridge drives, around the bridge's output. */
@FunctionalInterface
public interface StackFactory {
    NetworkStack create(StackOutput output);
}
