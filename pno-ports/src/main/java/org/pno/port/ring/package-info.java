/**
 * Frames with their marks over two rings in shared memory, between two of our own processes. {@link
 * org.pno.port.ring.FrameRing} is a ring, {@link org.pno.port.ring.RingDescriptor} its layout, {@link
 * org.pno.port.ring.SharedFrameRing} its implementation; {@link org.pno.port.ring.RingRendezvous} brings the two
 * processes together.
 */
package org.pno.port.ring;
