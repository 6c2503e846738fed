/**
 * The listening side of the control socket, whoever serves it, a DPU or {@code pno host} in its place: connections,
 * the descriptors that a loop sleeps on, and what may be asked of descriptors that others have had a hand on.
 */
package org.pno.control;
