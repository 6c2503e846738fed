package org.pno.control;

/**
 * What names a socket in whichever process it is: one end of a pair of UNIX sockets, of which the other end stays with
 * who made it.
 *
 * @param handle of the end that is passed on
 * @param inode of that end; -1 if it cannot be known
 */
public record OpenName(int handle, long inode) {}
