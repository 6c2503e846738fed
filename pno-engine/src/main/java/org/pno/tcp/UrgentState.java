package org.pno.tcp;

/** What a connection remembers of urgent data: SND.UP and RCV.UP of RFC 9293 3.3.1, as positions. */
public final class UrgentState {
    private static final long NOWHERE = -1;

    /** SND.UP: one behind the last urgent byte of the host's; -1: there was none. */
    long sndUp;
    /** RCV.UP as Linux has it: where the peer's last urgent byte stands; -1: there was none. */
    long rcvUp;
    /** A segment has brought that byte. */
    boolean isHere;

    void reset() {
        sndUp = NOWHERE;
        rcvUp = NOWHERE;
        isHere = false;
    }

    /** Where the peer's last urgent byte stands; -1 if there was none. */
    public long received() {
        return rcvUp;
    }

    /** That byte has come, in order or not. */
    public boolean isByteHere() {
        return isHere;
    }
}
