package org.pno.check.scripts;

/**
 * Every state crossed with every kind of segment: what RFC 9293 3.10.7 and RFC 5961 want, written down before it was
 * tried. A line: the kind, the reply (- none, A an ACK of all that was received, A+n one of n more, R a RST that takes
 * its number from the segment's ACK, RA a RST that acknowledges the segment, SA a SYN-ACK), the state afterwards unless
 * it stays. A line that ends in {@code @ENGINE} or {@code @LINUX} and a reason holds on that side only.
 */
final class MatrixTable {
    static final String CLOSED = """
            syn RA
            syn-old RA
            syn-ack R
            ack R
            ack-old R
            ack-future R
            rst -
            rst-in -
            rst-out -
            fin R
            data R
            data-ahead R
            data-old R
            data-beyond R
            bad-checksum -
            no-flags RA
            syn-fin RA
            data-no-ack RA
            """;

    static final String LISTEN = """
            syn SA SYN-RECV
            syn-old SA SYN-RECV
            syn-ack R
            ack R
            ack-old R
            ack-future R
            rst -
            rst-in -
            rst-out -
            fin R
            data R
            data-ahead R
            data-old R
            data-beyond R
            bad-checksum -
            no-flags -
            syn-fin -
            data-no-ack -
            """;

    static final String SYN_SENT = """
            syn SA SYN-RECV
            syn-old SA SYN-RECV
            syn-ack A+1 ESTAB
            ack -
            ack-old R
            ack-future R
            rst - UNCONN
            rst-in -
            rst-out -
            fin -
            data -
            data-ahead -
            data-old -
            data-beyond -
            bad-checksum -
            no-flags -
            syn-fin - @ENGINE a SYN with FIN opens nothing here; Linux takes the SYN and forgets the FIN
            syn-fin SA SYN-RECV @LINUX see above
            data-no-ack -
            """;

    static final String SYN_RECEIVED = """
            syn A @ENGINE RFC 5961 4.2 as in any state; Linux resets and forgets what is half open
            syn RA UNCONN @LINUX see above
            syn-old SA
            syn-ack A @ENGINE RFC 5961 4.2 as in any state; Linux resets and forgets what is half open
            syn-ack R UNCONN @LINUX see above
            ack - ESTAB
            ack-old R
            ack-future R
            rst - UNCONN
            rst-in A
            rst-out -
            fin A+1 CLOSE-WAIT
            data A+100 ESTAB
            data-ahead A ESTAB
            data-old A
            data-beyond A
            bad-checksum -
            no-flags -
            syn-fin - @ENGINE a SYN with FIN opens nothing here; Linux resets and forgets what is half open
            syn-fin RA UNCONN @LINUX see above
            data-no-ack -
            """;

    static final String ESTABLISHED = """
            syn A
            syn-old A
            syn-ack A
            ack -
            ack-old -
            ack-future A
            rst - UNCONN
            rst-in A
            rst-out -
            fin A+1 CLOSE-WAIT
            data A+100
            data-ahead A
            data-old A
            data-beyond A
            bad-checksum -
            no-flags -
            syn-fin A
            data-no-ack -
            """;

    static final String FIN_WAIT_1 = """
            syn A
            syn-old A
            syn-ack A
            ack - FIN-WAIT-2
            ack-old -
            ack-future A
            rst - UNCONN
            rst-in A
            rst-out -
            fin A+1 TIME-WAIT
            data A+100 FIN-WAIT-2
            data-ahead A FIN-WAIT-2
            data-old A FIN-WAIT-2
            data-beyond A
            bad-checksum -
            no-flags -
            syn-fin A
            data-no-ack -
            """;

    static final String FIN_WAIT_2 = """
            syn A
            syn-old A
            syn-ack A
            ack -
            ack-old -
            ack-future A
            rst - UNCONN
            rst-in A
            rst-out -
            fin A+1 TIME-WAIT
            data A+100
            data-ahead A
            data-old A
            data-beyond A
            bad-checksum -
            no-flags -
            syn-fin A
            data-no-ack -
            """;

    static final String CLOSE_WAIT = """
            syn A
            syn-old A
            syn-ack A
            ack -
            ack-old -
            ack-future A
            rst - UNCONN
            rst-in A
            rst-out -
            fin -
            data -
            data-ahead -
            data-old A
            data-beyond A
            bad-checksum -
            no-flags -
            syn-fin A
            data-no-ack -
            """;

    static final String CLOSING = """
            syn A
            syn-old A
            syn-ack A
            ack - TIME-WAIT
            ack-old -
            ack-future A
            rst - UNCONN
            rst-in A
            rst-out -
            fin - TIME-WAIT
            data - TIME-WAIT
            data-ahead - TIME-WAIT
            data-old - TIME-WAIT
            data-beyond A
            bad-checksum -
            no-flags -
            syn-fin A
            data-no-ack -
            """;

    static final String LAST_ACK = """
            syn A
            syn-old A
            syn-ack A
            ack - UNCONN
            ack-old -
            ack-future A
            rst - UNCONN
            rst-in A
            rst-out -
            fin - UNCONN
            data - UNCONN
            data-ahead - UNCONN
            data-old - UNCONN
            data-beyond A
            bad-checksum -
            no-flags -
            syn-fin A
            data-no-ack -
            """;

    static final String TIME_WAIT = """
            syn SA SYN-RECV
            syn-old A
            syn-ack A
            ack -
            ack-old -
            ack-future -
            rst - UNCONN
            rst-in -
            rst-out -
            fin A
            data A
            data-ahead A
            data-old A
            data-beyond A
            bad-checksum -
            no-flags -
            syn-fin A @ENGINE a SYN with FIN opens nothing; Linux has the listener drop it, and TIME-WAIT is over
            syn-fin - UNCONN @LINUX see above
            data-no-ack A
            """;

    private MatrixTable() {}
}
