/** Frames of a TAP interface: the kernel of this network namespace is the other end of the wire. The default port. */
package org.pno.port.tap;
