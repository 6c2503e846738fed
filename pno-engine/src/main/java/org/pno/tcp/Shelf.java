package org.pno.tcp;

import java.util.ArrayList;

/** Objects that are not needed at the moment, kept for who needs one next. */
final class Shelf<T> {
    private final ArrayList<T> objects = new ArrayList<>();
    private int lentCount;

    /** The object put last, or null: then the caller makes one. */
    T take() {
        lentCount++;
        return objects.isEmpty() ? null : objects.removeLast();
    }

    void put(final T object) {
        lentCount--;
        objects.add(object);
    }

    /** Objects taken and not put back. */
    int lentCount() {
        return lentCount;
    }
}
