/**
 * What the link's rings need of the memory model, by jcstress: {@code java -cp 'pno-bench/target/lib/*'
 * org.openjdk.jcstress.Main -t org.pno.bench.jcstress}. Each test is one pair of words in the shape in which host and
 * DPU use them, through the accessors that the DPU uses; that the protocol built of such pairs is right is shown by the
 * models in pno-link.
 */
package org.pno.bench.jcstress;
