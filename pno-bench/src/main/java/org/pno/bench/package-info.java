/**
 * What single parts cost, by JMH. All of it, or what a pattern names, is measured by {@code java -cp
 * 'pno-bench/target/lib/*' org.pno.bench.Benchmarks [PATTERN]…}, which also holds the budgets.
 */
package org.pno.bench;
