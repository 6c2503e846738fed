package org.pno.link.bus;

/** A kind of bus, such as {@code mapped}: judges its specs, and opens what they mean. */
public interface BusKind {
    /** What stands before the colon. */
    String name();

    /** How a bus of this kind is said, for help and errors. */
    String form();

    /**
     * Judges a spec of this kind. Nothing is opened yet.
     *
     * @throws BusException if it is not right
     */
    BusOpener judge(BusSpec spec);
}
