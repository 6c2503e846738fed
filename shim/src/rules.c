/* Offload rules: a short list, read once, looked through at bind, listen and connect. */
#include "rules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "libc.h"
#include "rule_text.h"

#define RULES 128
#define CONFIG_BYTES 16384

enum verdict { UNSAID, OFFLOADED, EXCLUDED };

static struct pno_rule rules[RULES];
static size_t rule_count;
static bool has_offloads; /* else the DPU's own networks are offloaded, where no rule excludes them */

/* --- reading --- */

static bool is_this_program(const char *name)
{
    char path[512];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    path[length < 0 ? 0 : length] = '\0';
    const char *slash = strrchr(path, '/');
    return strcmp(name, program_invocation_short_name) == 0 || (slash != NULL && strcmp(name, slash + 1) == 0);
}

/* Reads one rule from `source`. One of another program's is checked and forgotten. */
static bool add(const char *source, const char *text, size_t length, bool exclude, char *why, size_t room)
{
    struct pno_rule made[2];
    const char *wrong;
    size_t count = pno_rule_read(text, length, made, &wrong);
    if (count == 0)
        snprintf(why, room, "%s: '%.*s' is no rule: %s; %s", source, (int)length, text, wrong, PNO_RULE_FORM);
    else if (rule_count + count > RULES)
        snprintf(why, room, "%s: '%.*s' is a rule too many: at most %d", source, (int)length, text, RULES);
    if (count == 0 || rule_count + count > RULES)
        return false;
    has_offloads |= !exclude;
    if (made[0].program[0] != '\0' && !is_this_program(made[0].program))
        return true;
    for (size_t i = 0; i < count; i++) {
        made[i].exclude = exclude;
        rules[rule_count++] = made[i];
    }
    return true;
}

static bool read_list(const char *source, bool exclude, char *why, size_t room)
{
    const char *list = getenv(source);
    while (list != NULL && *list != '\0') {
        size_t length = strcspn(list, ",");
        if (!add(source, list, length, exclude, why, room))
            return false;
        list += length + (list[length] == ',');
    }
    return true;
}

/* "offload RULE", "exclude RULE", nothing, or a comment. */
static bool read_line(const char *source, char *line, char *why, size_t room)
{
    line[strcspn(line, "#")] = '\0';
    char *rest = NULL;
    const char *word = strtok_r(line, " \t\r", &rest);
    const char *rule = word == NULL ? NULL : strtok_r(NULL, " \t\r", &rest);
    if (word == NULL)
        return true;
    bool exclude = strcmp(word, "exclude") == 0;
    if ((!exclude && strcmp(word, "offload") != 0) || rule == NULL || strtok_r(NULL, " \t\r", &rest) != NULL) {
        snprintf(why, room, "%s: '%s%s%s' is no line; say offload RULE, exclude RULE, or # and a comment", source, word,
                 rule == NULL ? "" : " ", rule == NULL ? "" : rule);
        return false;
    }
    return add(source, rule, strlen(rule), exclude, why, room);
}

static bool read_lines(const char *path, char *text, char *why, size_t room)
{
    for (int number = 1; text != NULL; number++) {
        char *end = strchr(text, '\n');
        char source[300];
        if (end != NULL)
            *end = '\0';
        snprintf(source, sizeof(source), "%s, line %d", path, number);
        if (!read_line(source, text, why, room))
            return false;
        text = end == NULL ? NULL : end + 1;
    }
    return true;
}

static bool read_config(const char *path, char *why, size_t room)
{
    static char text[CONFIG_BYTES];
    size_t length = 0;
    ssize_t got = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && got > 0 && length < sizeof(text)) {
        got = libc_read(fd, text + length, sizeof(text) - length);
        length += got > 0 ? (size_t)got : 0;
    }
    int error = fd < 0 || got < 0 ? errno : 0;
    if (fd >= 0)
        libc_close(fd);
    if (error != 0 || length == sizeof(text)) {
        snprintf(why, room, "PNO_CONFIG: %s: %s", path,
                 error != 0 ? strerrordesc_np(error) : "it has more than 16,383 letters");
        return false;
    }
    text[length] = '\0';
    return read_lines(path, text, why, room);
}

bool pno_rules_start(char *why, size_t room)
{
    const char *config = getenv("PNO_CONFIG");
    rule_count = 0;
    has_offloads = false;
    return (config == NULL || *config == '\0' || read_config(config, why, room)) &&
           read_list("PNO_OFFLOAD", false, why, room) && read_list("PNO_EXCLUDE", true, why, room);
}

/* --- judging --- */

static bool has_prefix(const uint8_t *address, const uint8_t *network, uint16_t bits)
{
    if (memcmp(address, network, bits / 8) != 0)
        return false;
    return bits % 8 == 0 || ((address[bits / 8] ^ network[bits / 8]) >> (8 - bits % 8)) == 0;
}

/* The longest prefix of the DPU's networks that the address is in, or -1. */
static int own_prefix(const struct pno_endpoint *address)
{
    int longest = -1;
    for (uint32_t i = 0; i < pno_control.address_count; i++) {
        const struct pno_dpu_address *own = &pno_control.addresses[i];
        if (own->family == address->family && own->prefix > longest &&
            has_prefix(address->bytes, own->bytes, own->prefix))
            longest = own->prefix;
    }
    return longest;
}

/* How exact a rule is about an address, more than 0; 0: it says nothing of it. What only matches as a part of more than
 * loopback, does not match there. */
static uint64_t exactness(const struct pno_rule *rule, const struct pno_endpoint *address)
{
    bool loopback = pno_address_is_loopback(address);
    int prefix = -1;
    if (rule->where == PNO_RULE_OWN && own_prefix(address) >= 0)
        prefix = own_prefix(address) + 1;
    else if (rule->where == PNO_RULE_ANYWHERE)
        prefix = loopback ? -1 : 0;
    else if (rule->where == PNO_RULE_BLOCK && rule->family == address->family &&
             has_prefix(address->bytes, rule->bytes, rule->prefix) &&
             (!loopback || rule->prefix >= (rule->family == 4 ? 8 : 128)))
        prefix = rule->prefix + 1;
    if (prefix < 0)
        return 0;
    uint64_t ports = (uint64_t)rule->last_port - rule->first_port;
    bool directed = !rule->connects || !rule->listens;
    return ((uint64_t)prefix << 32 | (UINT16_MAX - ports) << 4 | (rule->program[0] != '\0') << 1 | directed) + 1;
}

/* What the rules say of an address and port. */
static enum verdict judge(const struct pno_endpoint *address, bool listens)
{
    enum verdict verdict = UNSAID;
    uint64_t most = 0;
    for (size_t i = 0; i < rule_count; i++) {
        const struct pno_rule *rule = &rules[i];
        bool meant = (listens ? rule->listens : rule->connects) && address->port >= rule->first_port &&
                     address->port <= rule->last_port;
        uint64_t exact = meant ? exactness(rule, address) : 0;
        if (exact > most || (exact == most && exact != 0 && rule->exclude)) {
            most = exact;
            verdict = rule->exclude ? EXCLUDED : OFFLOADED;
        }
    }
    return verdict == UNSAID && !has_offloads && own_prefix(address) >= 0 ? OFFLOADED : verdict;
}

bool pno_rules_name(const struct pno_endpoint *address)
{
    for (size_t i = 0; i < rule_count; i++)
        if (!rules[i].exclude && exactness(&rules[i], address) > 0)
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
    return !is_link_local(to) && !pno_address_is_any(to) && judge(to, false) == OFFLOADED;
}

/* The wildcard cannot be offered on some of the DPU's addresses alone: one that is excluded keeps all from it. */
static bool wildcard_listen(const struct pno_endpoint *at, bool only6)
{
    bool offloaded = false;
    for (uint32_t i = 0; i < pno_control.address_count; i++) {
        struct pno_endpoint own = {.family = pno_control.addresses[i].family, .port = at->port};
        memcpy(own.bytes, pno_control.addresses[i].bytes, sizeof(own.bytes));
        if (own.family != at->family && (at->family != 6 || only6))
            continue;
        enum verdict verdict = judge(&own, true);
        if (verdict == EXCLUDED)
            return false;
        offloaded |= verdict == OFFLOADED;
    }
    return offloaded;
}

bool pno_rules_listen(const struct pno_endpoint *at, bool only6)
{
    if (pno_address_is_any(at))
        return wildcard_listen(at, only6);
    return (pno_rules_is_dpus(at) || pno_address_is_loopback(at)) && judge(at, true) == OFFLOADED;
}

bool pno_rules_is_dpus(const struct pno_endpoint *address)
{
    for (uint32_t i = 0; i < pno_control.address_count; i++)
        if (pno_control.addresses[i].family == address->family &&
            memcmp(pno_control.addresses[i].bytes, address->bytes, sizeof(address->bytes)) == 0)
            return true;
    return false;
}
