/* Our settings, PNO_NAME=VALUE, as they were at the start. */
#include "environment.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define MAX_SETTINGS 16
#define PREFIX "PNO_"
#define PRELOAD "LD_PRELOAD="
#define LIBRARY "libpno.so"

static char *settings[MAX_SETTINGS];
static size_t setting_count;
static char *preload; /* the entry that brought the shim, or NULL */

void pno_environment_keep(void)
{
    for (char **entry = environ; entry != NULL && *entry != NULL && setting_count < MAX_SETTINGS; entry++) {
        if (strncmp(*entry, PRELOAD, strlen(PRELOAD)) == 0 && strstr(*entry, LIBRARY) != NULL)
            preload = strdup(*entry);
        if (strncmp(*entry, PREFIX, strlen(PREFIX)) == 0 && (settings[setting_count] = strdup(*entry)) != NULL)
            setting_count++;
    }
}

static size_t length_of(char *const environment[])
{
    size_t length = 0;
    while (environment[length] != NULL)
        length++;
    return length;
}

static bool has_shim(char *const environment[])
{
    for (; *environment != NULL; environment++) {
        if (strncmp(*environment, PRELOAD, strlen(PRELOAD)) == 0 && strstr(*environment, LIBRARY) != NULL)
            return true;
    }
    return false;
}

/* Whatever its value is there: a program may have chosen another. */
static bool has_setting(char *const environment[], const char *setting)
{
    size_t name = (size_t)(strchr(setting, '=') - setting) + 1;
    for (; *environment != NULL; environment++) {
        if (strncmp(*environment, setting, name) == 0)
            return true;
    }
    return false;
}

/* The shim follows the sockets, unless the program has chosen what is preloaded. */
static bool lacks_shim(char *const environment[], bool sockets)
{
    return sockets && preload != NULL && !has_setting(environment, PRELOAD);
}

static size_t missing(char *const environment[], bool sockets)
{
    if (environment == NULL || !(has_shim(environment) || lacks_shim(environment, sockets)))
        return 0;
    size_t count = lacks_shim(environment, sockets);
    for (size_t i = 0; i < setting_count; i++)
        count += !has_setting(environment, settings[i]);
    return count;
}

size_t pno_environment_room(char *const environment[], bool sockets)
{
    size_t count = missing(environment, sockets);
    return count == 0 ? 1 : length_of(environment) + count + 1;
}

char *const *pno_environment_complete(char *const environment[], bool sockets, char **room)
{
    if (missing(environment, sockets) == 0)
        return environment;
    size_t length = length_of(environment);
    memcpy(room, environment, length * sizeof(*room));
    for (size_t i = 0; i < setting_count; i++) {
        if (!has_setting(environment, settings[i]))
            room[length++] = settings[i];
    }
    if (lacks_shim(environment, sockets))
        room[length++] = preload;
    room[length] = NULL;
    return room;
}
