package org.pno.cli.measure;

/**
 * How a server is loaded.
 *
 * @param payloadBytes of each value, file or message
 * @param connections at one time
 * @param pipeline requests under way on each
 */
public record Shape(int payloadBytes, int connections, int pipeline) {}
