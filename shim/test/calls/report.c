/* What is printed. What may differ is made quiet or given a name. */
#include "play.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PORTS 512

static uint16_t ports[PORTS];
static int port_count;
static char line[4096];
static size_t line_length;

void tell(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(line + line_length, sizeof line - line_length, format, arguments);
    va_end(arguments);
    line_length += (size_t)length;
    if (line_length >= sizeof line) {
        abort();
    }
}

void end_line(void)
{
    line[line_length++] = '\n';
    if (write(STDOUT_FILENO, line, line_length) != (ssize_t)line_length) {
        _exit(4);
    }
    line_length = 0;
}

size_t told_so_far(void)
{
    return line_length;
}

long told(long result)
{
    if (result >= 0) {
        tell(" = %ld", result);
    } else {
        const int error = errno;
        tell(" = %s", strerrorname_np(error));
        errno = error;
    }
    return result;
}

void on_alarm(int signal)
{
    (void)signal;
    static const char HANG[] = "\nHANG\n";
    ssize_t ignored = write(STDOUT_FILENO, line, line_length);
    ignored = write(STDOUT_FILENO, HANG, sizeof HANG - 1);
    (void)ignored;
    _exit(3);
}

void forget_ports(void)
{
    port_count = 0;
}

static int port_name(uint16_t port)
{
    if (port == 0) {
        return 0;
    }
    for (int i = 0; i < port_count; i++) {
        if (ports[i] == port) {
            return i + 1;
        }
    }
    if (port_count < PORTS) {
        ports[port_count++] = port;
    }
    return port_count;
}

void tell_address(const union address *address, socklen_t length)
{
    char text[INET6_ADDRSTRLEN] = "?";
    if (address->any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &address->v4.sin_addr, text, sizeof text);
    } else if (address->any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &address->v6.sin6_addr, text, sizeof text);
    }
    tell(" [%s]:p%d/%u", text, port_name(address->v4.sin_port), length);
}

void tell_readiness(unsigned found)
{
    static const struct {
        unsigned bit;
        char name;
    } NAMES[] = {{POLLIN, 'I'},  {POLLPRI, 'P'},   {POLLOUT, 'O'}, {POLLERR, 'E'},
                 {POLLHUP, 'H'}, {POLLRDHUP, 'R'}, {POLLNVAL, 'N'}};
    tell("[");
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if ((found & NAMES[i].bit) != 0) {
            tell("%c", NAMES[i].name);
        }
    }
    tell("]");
}
