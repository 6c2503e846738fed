/** The command {@code pno sim}: runs of many seeds, their report, the replay of one, and the hunt for mutants. */
package org.pno.sim.run;
