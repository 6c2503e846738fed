package org.pno.ip;

import org.pno.counters.CounterGroup;
import org.pno.wire.WireDrop;

/**
 * Where this package counts.
 *
 * @param counters made from {@link IpCounter}
 * @param drops made from {@link WireDrop}
 */
record IpCounters(CounterGroup<IpCounter> counters, CounterGroup<WireDrop> drops) {}
