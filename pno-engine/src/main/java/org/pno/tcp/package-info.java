/**
 * PnO-TCP: RFC 9293 without I/O. Segments' headers, host positions, time and secrets in; intents out ({@link
 * org.pno.tcp.TcpOutput}). It reads no clock, touches no payload, allocates nothing per packet or connection once its
 * pools are filled, and knows neither IP nor Ethernet. One thread. Design: docs/tcp.md.
 */
package org.pno.tcp;
