/** Off-heap memory: cache lines, words with explicit ordering, mapped files. */
package org.pno.memory;
