/**
 * Congestion control as a plug-in: events in, window out. It knows bytes and time, nothing of sequence numbers; which
 * segments are lost is decided by loss recovery in {@code org.pno.tcp}.
 */
package org.pno.tcp.congestion;
