package org.pno.control;

/**
 * What control connections need of the loop that serves them.
 *
 * @param waitingRoom where descriptors are closed and asked that a host has had a hand on
 */
public record ControlLoop(Watches watches, WaitingRoom waitingRoom) {}
