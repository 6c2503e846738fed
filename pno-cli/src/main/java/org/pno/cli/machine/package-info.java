/** What the commands need of the machine: its cores, other people's programs, processes, and a place for sockets. */
package org.pno.cli.machine;
