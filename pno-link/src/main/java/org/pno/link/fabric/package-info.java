/**
 * {@link org.pno.link.HostMemory} by one-sided access through libfabric, and the host's side of it. The bindings are
 * here and not in {@code sys} because they are no system calls: structs and tables of one library, which nobody else
 * may see. The library is the distribution's, found when it is first asked for; its headers are not needed.
 *
 * <p>Objects of libfabric are small classes around the address of their struct ({@link org.pno.link.fabric.Fid}).
 * Set-up throws {@link org.pno.link.fabric.FabricException}; what is posted and polled returns a negative number and
 * allocates nothing.
 */
package org.pno.link.fabric;
