package org.pno.observe;

import java.util.Map;

/** Linux's names of socket options that programs are known to ask for. */
final class OptionNames {
    private static final int IPPROTO_IP = 0;
    private static final int SOL_SOCKET = 1;
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_IPV6 = 41;
    private static final Map<Integer, String> LEVELS = Map.of(
            IPPROTO_IP,
            "IPPROTO_IP",
            SOL_SOCKET,
            "SOL_SOCKET",
            IPPROTO_TCP,
            "IPPROTO_TCP",
            IPPROTO_IPV6,
            "IPPROTO_IPV6",
            282,
            "SOL_TLS");
    private static final Map<Integer, String> SOCKET = Map.ofEntries(
            Map.entry(5, "SO_DONTROUTE"),
            Map.entry(12, "SO_PRIORITY"),
            Map.entry(18, "SO_RCVLOWAT"),
            Map.entry(25, "SO_BINDTODEVICE"),
            Map.entry(26, "SO_ATTACH_FILTER"),
            Map.entry(29, "SO_TIMESTAMP"),
            Map.entry(32, "SO_SNDBUFFORCE"),
            Map.entry(33, "SO_RCVBUFFORCE"),
            Map.entry(35, "SO_TIMESTAMPNS"),
            Map.entry(36, "SO_MARK"),
            Map.entry(37, "SO_TIMESTAMPING"),
            Map.entry(42, "SO_PEEK_OFF"),
            Map.entry(44, "SO_LOCK_FILTER"),
            Map.entry(46, "SO_BUSY_POLL"),
            Map.entry(49, "SO_INCOMING_CPU"),
            Map.entry(50, "SO_ATTACH_BPF"),
            Map.entry(51, "SO_ATTACH_REUSEPORT_CBPF"),
            Map.entry(52, "SO_ATTACH_REUSEPORT_EBPF"),
            Map.entry(57, "SO_COOKIE"),
            Map.entry(60, "SO_ZEROCOPY"),
            Map.entry(61, "SO_TXTIME"),
            Map.entry(62, "SO_BINDTOIFINDEX"));
    private static final Map<Integer, String> TCP = Map.ofEntries(
            Map.entry(14, "TCP_MD5SIG"),
            Map.entry(16, "TCP_THIN_LINEAR_TIMEOUTS"),
            Map.entry(19, "TCP_REPAIR"),
            Map.entry(22, "TCP_REPAIR_OPTIONS"),
            Map.entry(27, "TCP_SAVE_SYN"),
            Map.entry(28, "TCP_SAVED_SYN"),
            Map.entry(31, "TCP_ULP"),
            Map.entry(33, "TCP_FASTOPEN_KEY"),
            Map.entry(35, "TCP_ZEROCOPY_RECEIVE"),
            Map.entry(36, "TCP_INQ"),
            Map.entry(37, "TCP_TX_DELAY"));

    private static final Map<Integer, String> IP =
            Map.of(4, "IP_OPTIONS", 10, "IP_MTU_DISCOVER", 11, "IP_RECVERR", 21, "IP_MINTTL", 50, "IP_UNICAST_IF");
    private static final Map<Integer, String> IPV6 =
            Map.of(23, "IPV6_MTU_DISCOVER", 25, "IPV6_RECVERR", 73, "IPV6_MINHOPCOUNT", 76, "IPV6_UNICAST_IF");
    private static final Map<Integer, Map<Integer, String>> NAMES =
            Map.of(IPPROTO_IP, IP, SOL_SOCKET, SOCKET, IPPROTO_TCP, TCP, IPPROTO_IPV6, IPV6);

    private OptionNames() {}

    /** As a program would write it; numbers where no name is known. */
    static String of(final int level, final int option) {
        final Map<Integer, String> names = NAMES.getOrDefault(level, Map.of());
        return LEVELS.getOrDefault(level, Integer.toString(level)) + " "
                + names.getOrDefault(option, Integer.toString(option));
    }
}
