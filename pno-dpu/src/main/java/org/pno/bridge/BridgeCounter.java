package org.pno.bridge;

import org.pno.counters.CounterKey;

/** What the bridge counts: first what it moved, then what it refused or dropped, each with its reason. */
public enum BridgeCounter implements CounterKey {
    SUBMISSIONS("bridge.submissions", "submissions read from SUB rings"),
    EVENTS("bridge.events", "event words written to EVT rings"),
    BELLS("bridge.bells", "bells rung because a host's waiter slept"),
    PUBLICATIONS("bridge.publications", "times a record's DPU words were written"),
    RX_BYTES("bridge.rx-bytes", "payload bytes placed in receive S-rings"),
    TX_BYTES("bridge.tx-bytes", "payload bytes read from transmit S-rings"),
    CONNECTS("bridge.connects", "connect requests taken up"),
    ACCEPTS("bridge.accepts", "handshakes that took a credit"),
    PARKS("bridge.parks", "channels parked, so that the host must ring"),
    SWEEPS("bridge.sweeps", "sweeps of all records because a host counted an overflow"),
    MAP_READS("bridge.map-reads", "transmit maps read because a submission did not name the chunk"),
    EVENT_DEBTS("bridge.event-debts", "events kept back because the host's EVT ring was full"),

    STALE_SUBMISSION("bridge.stale-submission", "hint for a generation or record that is no longer there: ignored"),
    STALE_RECORD("bridge.stale-record", "record read had another generation than its socket: ignored"),
    NO_CHANNEL("bridge.no-channel", "event for a channel that nobody has attached: dropped, levels remain"),
    NO_CREDIT("bridge.no-credit", "handshake without a credit on the listener: the final ACK is dropped"),
    STALE_CREDIT("bridge.stale-credit", "credit whose record has another generation by now: skipped"),
    RX_NO_CHUNK("bridge.rx-no-chunk", "arena's receive pool is empty: the segment is dropped unacknowledged"),
    RX_NOT_GRANTED("bridge.rx-not-granted", "payload outside the socket's receive S-ring: the segment is dropped"),
    RX_NO_SOCKET("bridge.rx-no-socket", "payload for a connection without a socket: the segment is dropped"),
    LOOPED("bridge.looped", "frames that the stack sent to itself: they see no port"),
    TX_NO_SOCKET("bridge.tx-no-socket", "frame of a connection whose socket is gone: dropped"),
    TX_NO_FRAME("bridge.tx-no-frame", "frame pool is empty: the stack tries again at its next flush"),
    QUOTA("bridge.quota", "connect refused because its user has all the sockets the quota allows"),
    CONNECT_REFUSED("bridge.connect-refused", "connect request that the stack refused at once"),
    FENCES("bridge.fences", "arenas given up because of a value that cannot be"),
    FENCE_RESETS("bridge.fence-resets", "connections reset because their arena was fenced"),
    UNACCEPTED_RESETS("bridge.unaccepted-resets", "connections reset because their listener ended before accept");

    private final String label;
    private final String sentence;

    BridgeCounter(final String label, final String sentence) {
        this.label = label;
        this.sentence = sentence;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public String sentence() {
        return sentence;
    }
}
