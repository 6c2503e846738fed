package org.pno.link;

/**
 * What a DPU gives to who captures; both descriptors are his to close.
 *
 * @param ring memfd of the ring that the frames come in
 * @param bell eventfd that is rung for a reader that sleeps
 * @param capacity room of the ring, bytes
 */
public record CaptureGrant(int ring, int bell, int capacity) {}
