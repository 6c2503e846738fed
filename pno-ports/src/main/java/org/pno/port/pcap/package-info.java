/** Packets written to capture files. */
package org.pno.port.pcap;
