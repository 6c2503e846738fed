/**
 * Network stacks joined by a simulated wire under one virtual clock: hosts that write and read patterns, a wire that
 * loses, repeats, delays, reorders and corrupts by a seed, invariants checked at every step. One thread; nothing is
 * allocated per frame, so that whoever measures the stack's allocation can run on it.
 */
package org.pno.sim.net;
