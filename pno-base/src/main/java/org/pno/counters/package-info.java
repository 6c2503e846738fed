/** Named 64-bit counters in memory that other processes may read: every drop has one, with a sentence. */
package org.pno.counters;
