/**
 * The DPU as a process: configuration, the loop over port, bells and control connections, the control socket and what
 * it knows of the processes behind it. {@code docs/bridge.md}, The daemon.
 */
package org.pno.dpu;
