/* Between struct sockaddr and the arena's addresses. */
#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

bool pno_address_parse(const struct sockaddr *name, socklen_t length, struct pno_endpoint *endpoint)
{
    memset(endpoint, 0, sizeof(*endpoint));
    if (name == NULL || length < sizeof(sa_family_t))
        return false;
    if (name->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)name;
        memcpy(endpoint->bytes, &in->sin_addr, 4);
        endpoint->port = ntohs(in->sin_port);
        endpoint->family = 4;
        return true;
    }
    if (name->sa_family == AF_INET6 && length >= offsetof(struct sockaddr_in6, sin6_scope_id)) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)name;
        bool mapped = IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr);
        memcpy(endpoint->bytes, in6->sin6_addr.s6_addr + (mapped ? 12 : 0), mapped ? 4 : 16);
        endpoint->port = ntohs(in6->sin6_port);
        endpoint->family = mapped ? 4 : 6;
        return true;
    }
    return false;
}

bool pno_address_is_any(const struct pno_endpoint *endpoint)
{
    static const uint8_t any[16];
    return memcmp(endpoint->bytes, any, sizeof(any)) == 0;
}

bool pno_address_is_loopback(const struct pno_endpoint *endpoint)
{
    return endpoint->family == 4 ? endpoint->bytes[0] == 127
                                 : memcmp(endpoint->bytes, &in6addr_loopback, sizeof(in6addr_loopback)) == 0;
}

/* The socket's own family: IPv4 in IPv6 clothes for a program that opened AF_INET6. */
static socklen_t write_name(bool inet6, uint16_t family, const uint8_t *bytes, uint16_t port, void *name)
{
    if (!inet6 && family != 6) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
        memcpy(&in.sin_addr, bytes, 4);
        memcpy(name, &in, sizeof(in));
        return sizeof(in);
    }
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (family == 6) {
        memcpy(&in6.sin6_addr, bytes, 16);
    } else {
        memset(in6.sin6_addr.s6_addr + 10, 0xFF, 2);
        memcpy(in6.sin6_addr.s6_addr + 12, bytes, 4);
    }
    memcpy(name, &in6, sizeof(in6));
    return sizeof(in6);
}

socklen_t pno_address_write(const struct pno_endpoint *endpoint, struct sockaddr_storage *name)
{
    return write_name(endpoint->family == 6, endpoint->family, endpoint->bytes, 0, name);
}

long pno_address_tell(const struct pno_file *file, const struct pno_address_line *line, bool local,
                      struct sockaddr *name, socklen_t *length)
{
    struct sockaddr_storage full;
    if (length == NULL || name == NULL)
        return -EFAULT;
    if ((int)*length < 0)
        return -EINVAL;
    bool inet6 = atomic_load_explicit(&file->socket->flags, memory_order_relaxed) & PNO_INET6;
    socklen_t real = write_name(inet6, line->family, local ? line->local : line->remote,
                                local ? line->local_port : line->remote_port, &full);
    memcpy(name, &full, *length < real ? *length : real);
    *length = real;
    return 0;
}
