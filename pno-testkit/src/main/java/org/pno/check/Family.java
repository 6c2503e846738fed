package org.pno.check;

/** What a script is played over. Scripts themselves do not know it. */
public enum Family {
    IPV4,
    /** With an MTU that is longer by what the header is, so that segments are as long as with IPv4. */
    IPV6;

    /** Bytes that an IPv6 header is longer than an IPv4 one. */
    static final int MORE_HEADER_BYTES = 20;

    int mtuBytes() {
        return this == IPV4 ? 1_500 : 1_500 + MORE_HEADER_BYTES;
    }
}
