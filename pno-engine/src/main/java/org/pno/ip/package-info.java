/**
 * IPv4, ARP and ICMP of one port: judges packets that come in, finds the way of those that go out, answers what is not
 * TCP's. Sans-IO: frames are built in memory that {@link org.pno.ip.FrameOutput} gives, time is handed in. Knows
 * nothing of TCP but its protocol number and where its ports stand. One thread, no allocation per packet.
 */
package org.pno.ip;
