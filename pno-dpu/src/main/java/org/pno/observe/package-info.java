/** What people and tools see of a DPU: connections as {@code ss -ti} shows them, and counters, as JSON text. */
package org.pno.observe;
