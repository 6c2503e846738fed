package org.pno.tcp;

/** When a SYN is answered without remembering it (RFC 4987 3.6); Linux's tcp_syncookies has the numbers 0, 1 and 2. */
public enum SynCookieMode {
    /** Never: a SYN beyond the bound on half-open connections is dropped. */
    OFF,
    /** While a listener, or all together, have as many half open as they may. */
    AUTO,
    /** Always; for tests. */
    ALWAYS
}
