/** Known ways to break the stack, and the proof that the simulator finds each of them. */
package org.pno.sim.mutant;
