/**
 * Joins {@code tcp} and {@code ip} to the stack that the bridge drives: frames, host positions, time and randomness in;
 * intents out ({@link org.pno.stack.StackOutput}). Sans-IO and single-threaded.
 */
package org.pno.stack;
