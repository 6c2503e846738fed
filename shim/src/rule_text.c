/* Reading offload rules. */
#include "rule_text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define RULE_BYTES 160

/* Cuts the text at the last `mark`, and answers what stands behind it; NULL if there is none. */
static char *cut(char *text, char mark)
{
    char *at = strrchr(text, mark);
    if (at == NULL)
        return NULL;
    *at = '\0';
    return at + 1;
}

static bool read_number(const char *text, unsigned long least, unsigned long most, uint16_t *value)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    *value = (uint16_t)number;
    return *text >= '0' && *text <= '9' && *end == '\0' && number >= least && number <= most;
}

static const char *read_ports(char *text, struct pno_rule *rule)
{
    char *last = cut(text, '-');
    if (!read_number(text, 1, UINT16_MAX, &rule->first_port))
        return "the port is not in 1..65535";
    rule->last_port = rule->first_port;
    if (last != NULL && !read_number(last, rule->first_port, UINT16_MAX, &rule->last_port))
        return "the last port is not in FIRST..65535";
    return NULL;
}

static const char *read_block(char *text, struct pno_rule *rule)
{
    static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    char *prefix = cut(text, '/');
    rule->where = PNO_RULE_BLOCK;
    rule->family = strchr(text, ':') != NULL ? 6 : 4;
    rule->prefix = rule->family == 6 ? 128 : 32;
    if (inet_pton(rule->family == 6 ? AF_INET6 : AF_INET, text, rule->bytes) != 1)
        return "WHERE is none of these";
    if (rule->family == 6 && memcmp(rule->bytes, mapped, sizeof(mapped)) == 0)
        return "IPv4 addresses are written as such";
    if (prefix != NULL && !read_number(prefix, 0, rule->prefix, &rule->prefix))
        return rule->family == 6 ? "the prefix is not in 0..128" : "the prefix is not in 0..32";
    return NULL;
}

/* An IPv6 address with ports stands in brackets; without, it may stand as it is. */
static const char *split_ports(char **where, char **ports)
{
    char *text = *where;
    if (*text == '[') {
        char *close = strchr(text, ']');
        if (close == NULL || (close[1] != '\0' && close[1] != ':'))
            return "']' and then ':' or the end are missing";
        if (close[1] == ':')
            *ports = close + 2;
        *close = '\0';
        *where = text + 1;
        return strchr(*where, ':') == NULL ? "in brackets stands an IPv6 address" : NULL;
    }
    if (strchr(text, ':') == strrchr(text, ':'))
        *ports = cut(text, ':');
    return NULL;
}

static const char *read_where(char *text, struct pno_rule *rule)
{
    if (strcmp(text, "dpu") == 0)
        rule->where = PNO_RULE_OWN;
    else if (strcmp(text, "*") == 0)
        rule->where = PNO_RULE_ANYWHERE;
    else if (strcmp(text, "localhost") == 0)
        return read_block((char[]){"127.0.0.0/8"}, rule);
    else
        return read_block(text, rule);
    return NULL;
}

static void read_direction(char **text, struct pno_rule *rule)
{
    static const char *const names[] = {"listen=", "connect="};
    rule->listens = strncmp(*text, names[1], strlen(names[1])) != 0;
    rule->connects = strncmp(*text, names[0], strlen(names[0])) != 0;
    if (!rule->listens || !rule->connects)
        *text += strlen(names[rule->listens ? 0 : 1]);
}

static const char *read_program(char *text, struct pno_rule *rule)
{
    char *program = cut(text, '@');
    if (program == NULL)
        return NULL;
    if (*program == '\0' || strlen(program) >= sizeof(rule->program) || strchr(program, '/') != NULL)
        return "PROGRAM is a file's name of at most 63 letters, without a directory";
    strcpy(rule->program, program);
    return NULL;
}

size_t pno_rule_read(const char *text, size_t length, struct pno_rule made[2], const char **why)
{
    char copy[RULE_BYTES];
    char *where = copy, *ports = NULL;
    if (length >= sizeof(copy)) {
        *why = "it is longer than 159 letters";
        return 0;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    made[0] = (struct pno_rule){.last_port = UINT16_MAX};
    *why = read_program(copy, &made[0]);
    read_direction(&where, &made[0]);
    if (*why == NULL)
        *why = split_ports(&where, &ports);
    bool local = *why == NULL && strcmp(where, "localhost") == 0;
    if (*why == NULL)
        *why = read_where(where, &made[0]);
    if (*why == NULL && ports != NULL)
        *why = read_ports(ports, &made[0]);
    if (*why != NULL)
        return 0;
    made[1] = made[0];
    made[1].family = 6;
    made[1].prefix = 128;
    memcpy(made[1].bytes, &in6addr_loopback, sizeof(made[1].bytes));
    return local ? 2 : 1;
}
