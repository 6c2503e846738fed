/** Clocks and the timer wheel. Time is nanoseconds of a monotonic clock, read once per cycle and handed down. */
package org.pno.time;
