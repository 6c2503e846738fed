/**
 * A packet-script language: what is injected, called and expected on the wire, played on our engine in virtual time
 * or on the Linux kernel through a TAP. The scripts themselves stand in {@code org.pno.check.scripts}.
 */
package org.pno.check;
