/** Frames of an interface that exists, by an AF_PACKET socket with the virtio-net header. */
package org.pno.port.packet;
