/**
 * Packet ports: frames in and out of the DPU in batches, each frame with the offload marks of a virtio-net header. What
 * a port's hardware or kernel cannot do, the {@code SoftwareOffload} decorator does, so that the engine always meets a
 * port that checksums and segments.
 */
package org.pno.port;
