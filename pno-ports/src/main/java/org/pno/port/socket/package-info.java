/**
 * Frames over a UNIX datagram socket, so that any tool, emulator or test can be the wire, without root. One frame,
 * from the Ethernet header on and without FCS, is one datagram; there are no marks.
 */
package org.pno.port.socket;
