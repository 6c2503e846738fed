package org.pno.check;

/** What scripts set of a whole stack before it is used: a sysctl of net.ipv4, or our configuration. */
public enum Knob {
    SYN_RETRIES("tcp_syn_retries"),
    SYN_ACK_RETRIES("tcp_synack_retries"),
    RETRIES("tcp_retries2"),
    ORPHAN_RETRIES("tcp_orphan_retries"),
    /** Seconds. */
    FIN_TIMEOUT("tcp_fin_timeout"),
    SYN_COOKIES("tcp_syncookies"),
    TIMESTAMPS("tcp_timestamps"),
    SACK("tcp_sack"),
    WINDOW_SCALING("tcp_window_scaling"),
    ECN("tcp_ecn"),
    /** Bits: 1 active, 2 passive and so on. */
    FAST_OPEN("tcp_fastopen");

    private final String sysctl;

    Knob(final String sysctl) {
        this.sysctl = sysctl;
    }

    /** The name under net.ipv4. */
    public String sysctl() {
        return sysctl;
    }
}
