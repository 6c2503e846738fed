/* Offload rules: a short list, read once, looked through at bind, listen and connect. */
#include "rules.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"

#define RULES 64
#define ITEM_BYTES 128

struct rule {
    uint8_t bytes[16];
    uint16_t family;
    uint16_t prefix;
    uint16_t first_port;
    uint16_t last_port;
};

static struct rule rules[RULES];
static size_t rule_count; /* 0: the DPU's own subnets */
static char wrong_item[ITEM_BYTES];

/* Reads a number up to `limit` that ends at `end`. */
static bool read_number(const char *text, unsigned long limit, char end, uint16_t *value, const char **rest)
{
    char *stop;
    unsigned long number = strtoul(text, &stop, 10);
    if (stop == text || *text < '0' || *text > '9' || number > limit || (*stop != end && *stop != '\0'))
        return false;
    *value = (uint16_t)number;
    *rest = *stop == '\0' ? stop : stop + 1;
    return true;
}

static bool read_ports(const char *text, struct rule *rule)
{
    const char *rest;
    if (!read_number(text, UINT16_MAX, '-', &rule->first_port, &rest))
        return false;
    rule->last_port = rule->first_port;
    return *rest == '\0' ||
           (read_number(rest, UINT16_MAX, '\0', &rule->last_port, &rest) && rule->last_port >= rule->first_port);
}

/* Reads ADDRESS[/PREFIX][:PORTS], an IPv6 address with ports in brackets. Takes the text apart. */
static bool read_rule(char *text, struct rule *rule)
{
    *rule = (struct rule){.last_port = UINT16_MAX};
    char *ports = NULL;
    char *address = text;
    if (*text == '[') {
        address = text + 1;
        char *close = strchr(address, ']');
        if (close == NULL)
            return false;
        ports = close[1] == ':' ? close + 2 : NULL;
        *close = '\0';
    } else if (strchr(text, ':') == strrchr(text, ':') && strchr(text, ':') != NULL) {
        ports = strchr(text, ':') + 1;
        ports[-1] = '\0';
    }
    char *slash = strchr(address, '/');
    if (slash != NULL)
        *slash = '\0';
    rule->family = strchr(address, ':') != NULL ? 6 : 4;
    rule->prefix = rule->family == 6 ? 128 : 32;
    const char *rest;
    return inet_pton(rule->family == 6 ? AF_INET6 : AF_INET, address, rule->bytes) == 1 &&
           (slash == NULL || read_number(slash + 1, rule->prefix, '\0', &rule->prefix, &rest)) &&
           (ports == NULL || read_ports(ports, rule));
}

bool pno_rules_start(const char **wrong)
{
    const char *list = getenv("PNO_OFFLOAD");
    rule_count = 0;
    while (list != NULL && *list != '\0') {
        size_t length = strcspn(list, ",");
        char item[ITEM_BYTES];
        snprintf(item, sizeof(item), "%.*s", (int)length, list);
        snprintf(wrong_item, sizeof(wrong_item), "%s", item);
        *wrong = wrong_item;
        if (rule_count == RULES || length >= ITEM_BYTES || !read_rule(item, &rules[rule_count]))
            return false;
        rule_count++;
        list += length + (list[length] == ',');
    }
    return true;
}

static bool has_prefix(const uint8_t *address, const uint8_t *network, uint16_t bits)
{
    if (memcmp(address, network, bits / 8) != 0)
        return false;
    return bits % 8 == 0 || ((address[bits / 8] ^ network[bits / 8]) >> (8 - bits % 8)) == 0;
}

static bool matches(const uint8_t *address, uint16_t family, uint16_t port)
{
    for (size_t i = 0; i < rule_count; i++)
        if (rules[i].family == family && port >= rules[i].first_port && port <= rules[i].last_port &&
            has_prefix(address, rules[i].bytes, rules[i].prefix))
            return true;
    return false;
}

/* fe80::/10. Its scope id names an interface of the kernel's, so such an address is the kernel's. */
static bool is_link_local(const struct pno_endpoint *to)
{
    return to->family == 6 && to->bytes[0] == 0xFE && (to->bytes[1] & 0xC0) == 0x80;
}

bool pno_rules_connect(const struct pno_endpoint *to)
{
    if (is_link_local(to))
        return false;
    if (rule_count > 0)
        return matches(to->bytes, to->family, to->port);
    for (uint32_t i = 0; i < pno_control.address_count; i++)
        if (pno_control.addresses[i].family == to->family &&
            has_prefix(to->bytes, pno_control.addresses[i].bytes, pno_control.addresses[i].prefix))
            return true;
    return false;
}

bool pno_rules_listen(const struct pno_endpoint *at, bool only6)
{
    bool any = pno_address_is_any(at);
    bool both = any && at->family == 6 && !only6;
    for (uint32_t i = 0; i < pno_control.address_count; i++) {
        const struct pno_dpu_address *own = &pno_control.addresses[i];
        bool meant =
            both || (own->family == at->family && (any || memcmp(own->bytes, at->bytes, sizeof(at->bytes)) == 0));
        if (meant && (rule_count == 0 || matches(own->bytes, own->family, at->port)))
            return true;
    }
    return false;
}

bool pno_rules_is_dpus(const struct pno_endpoint *address)
{
    for (uint32_t i = 0; i < pno_control.address_count; i++)
        if (pno_control.addresses[i].family == address->family &&
            memcmp(pno_control.addresses[i].bytes, address->bytes, sizeof(address->bytes)) == 0)
            return true;
    return false;
}
