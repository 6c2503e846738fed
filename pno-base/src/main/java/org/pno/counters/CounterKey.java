package org.pno.counters;

/** What is counted. Implemented by enums: one constant is one counter, see {@link CounterGroup}. */
public interface CounterKey {
    /** Its name, unique among the counters of one file: lower case with dots and dashes, {@code ip.checksum}. */
    String label();

    /** One sentence for people: what happened, and what follows from it. */
    String sentence();
}
