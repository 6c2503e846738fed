package org.pno.sys;

/** Who is at the other end of a UNIX socket, as the kernel saw it at connect: process, user and group. */
public record PeerCredentials(int pid, int uid, int gid) {}
