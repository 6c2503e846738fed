package org.pno.cli.interop;

/** What is moved in a cell. */
public enum Workload {
    /** One connection, as much as it takes. */
    BULK("Mbit/s"),
    /** Four connections, each with one question of 128 bytes under way and answers of 8 KiB. */
    ASK("exchanges/s"),
    /** Sixteen threads, each exchange on a connection of its own. */
    SHORT("exchanges/s"),
    /** A bulk connection of PnO and one of Linux at the same time. */
    SHARE("Mbit/s");

    private final String unit;

    Workload(final String unit) {
        this.unit = unit;
    }

    public String unit() {
        return unit;
    }
}
