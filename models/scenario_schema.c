/* scenario_schema.c - the JSON Schema (draft 2020-12) of scenario files, from the key table. */
#include <stdio.h>
#include <string.h>

#include "models/scenario_latency.h"
#include "models/scenario_loader.h"

struct schema {
    FILE *out;
    const struct key_table *table;
};

/* Quantities with units, once each. Every key may be null in a file that extends another. */
static const char definitions[] =
    "  \"$defs\": {\n"
    "    \"name\": {\"type\": \"string\", \"pattern\": "
    "\"^[A-Za-z0-9_][-A-Za-z0-9_ +:/]{0,47}$\"},\n"
    "    \"duration\": {\"anyOf\": [{\"const\": 0}, {\"type\": \"string\", \"pattern\": "
    "\"^-?[0-9]+(\\\\.[0-9]+)?([eE][-+]?[0-9]+)? *(ns|us|ms|s|min|h|d|w)$\"}]},\n"
    "    \"amount\": {\"anyOf\": [{\"const\": 0}, {\"type\": \"string\", \"pattern\": "
    "\"^-?[0-9]+(\\\\.[0-9]+)?([eE][-+]?[0-9]+)? *u?DGAI$\"}]},\n"
    "    \"fraction\": {\"anyOf\": [{\"type\": \"number\"}, {\"type\": \"string\", \"pattern\": "
    "\"^-?[0-9]+(\\\\.[0-9]+)?([eE][-+]?[0-9]+)? *%$\"}]},\n"
    "    \"rate\": {\"anyOf\": [{\"const\": 0}, {\"type\": \"string\", \"pattern\": "
    "\"^-?[0-9]+(\\\\.[0-9]+)?([eE][-+]?[0-9]+)? */(s|min|h|d|w)$\"}]},\n"
    "    \"bandwidth\": {\"type\": \"string\", \"pattern\": "
    "\"^([0-9]+(\\\\.[0-9]+)?([eE][-+]?[0-9]+)? *[kMGT]?bit/s|unlimited)$\"},\n"
    "    \"shares\": {\"type\": \"object\", \"additionalProperties\": {\"anyOf\": "
    "[{\"$ref\": \"#/$defs/fraction\"}, {\"type\": \"null\"}]}},\n"
    "    \"numbers\": {\"type\": \"object\", \"additionalProperties\": {\"type\": "
    "[\"number\", \"null\"]}},\n"
    "    \"latencies\": {\"type\": \"object\", \"additionalProperties\": {\"type\": \"object\", "
    "\"additionalProperties\": {\"anyOf\": [{\"$ref\": \"#/$defs/duration\"}, {\"type\": "
    "\"null\"}]}}}\n"
    "  },\n";

static void put_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            fputc('\\', out);
        fputc(*c, out);
    }
    fputc('"', out);
}

static void put_choices(FILE *out, const struct dg_choice *choices)
{
    fputs("{\"enum\": [", out);
    for (size_t i = 0; choices[i].name != NULL; i++) {
        fputs(i > 0 ? ", " : "", out);
        put_string(out, choices[i].name);
    }
    fputs("]}", out);
}

static void put_places(FILE *out)
{
    fputs("{\"enum\": [", out);
    for (const char *const *place = latency_places(); *place != NULL; place++) {
        fputs(place != latency_places() ? ", " : "", out);
        put_string(out, *place);
    }
    fputs("]}", out);
}

static void put_number(FILE *out, const struct key *key, const char *type)
{
    fprintf(out, "{\"type\": \"%s\"", type);
    if (key->minimum != 0 || key->maximum != 0)
        fprintf(out, ", \"minimum\": %.17g, \"maximum\": %.17g", key->minimum, key->maximum);
    fputc('}', out);
}

/* The definition a type refers to; NULL: it has none. */
static const char *definition_of(const struct key *key)
{
    static const char *const of_unit[] = {
        [DG_UNIT_FRACTION] = "fraction",
        [DG_UNIT_DURATION] = "duration",
        [DG_UNIT_AMOUNT] = "amount",
        [DG_UNIT_CHOICE] = NULL,
    };
    switch (key->type) {
    case KEY_FRACTION: return "fraction";
    case KEY_RATE: return "rate";
    case KEY_BANDWIDTH: return "bandwidth";
    case KEY_DURATION: return "duration";
    case KEY_AMOUNT: return "amount";
    case KEY_SHARES: return "shares";
    case KEY_NUMBERS: return "numbers";
    case KEY_LATENCIES: return "latencies";
    case KEY_PARAMETER: return of_unit[key->param->unit];
    default: return NULL;
    }
}

static void put_type(FILE *out, const struct key *key)
{
    const char *definition = definition_of(key);
    if (definition != NULL)
        fprintf(out, "{\"$ref\": \"#/$defs/%s\"}", definition);
    else if (key_choices(key) != NULL)
        put_choices(out, key_choices(key));
    else if (key->type == KEY_PLACE)
        put_places(out);
    else if (key->type == KEY_BOOL)
        fputs("{\"type\": \"boolean\"}", out);
    else if (key->type == KEY_NUMBER)
        put_number(out, key, "number");
    else if (key->type == KEY_LIMIT)
        fputs("{\"anyOf\": [{\"type\": \"integer\", \"minimum\": 0}, {\"const\": \"unlimited\"}]}",
              out);
    else if (key->type == KEY_COUNT || key->type == KEY_PARAMETER)
        put_number(out, key, "integer");
    else if (key->type == KEY_SEED)
        fputs("{\"type\": \"integer\", \"minimum\": 0}", out);
    else
        fputs("{\"type\": \"string\"}", out);
}

static void put_leaf(const struct schema *schema, const struct key *key)
{
    struct value_text standard = {{0}, false};
    fputs("{\"description\": ", schema->out);
    put_string(schema->out, key->meaning);
    if (key->param != NULL)
        value_write(key, &key->param->standard, false, &standard);
    fputs(", \"$comment\": ", schema->out);
    char comment[LOADER_PATH_SIZE];
    snprintf(comment, sizeof comment, "default: %s (%s)",
             key->param != NULL ? standard.text : key->standard, dg_origin_name(key->origin));
    put_string(schema->out, comment);
    fputs(", \"anyOf\": [", schema->out);
    put_type(schema->out, key);
    fputs(", {\"type\": \"null\"}]}", schema->out);
}

/* The next part of a row's path below a prefix; false when the row is not below it. */
static bool next_part(const struct key *key, const char *prefix, char *part, size_t size)
{
    size_t length = strlen(prefix);
    if (strncmp(key->path, prefix, length) != 0 || (length > 0 && key->path[length] != '.'))
        return false;
    const char *rest = key->path + length + (length > 0);
    snprintf(part, size, "%.*s", (int)strcspn(rest, "."), rest);
    return true;
}

static void indent(const struct schema *schema, unsigned depth)
{
    fprintf(schema->out, "\n%*s", (int)(2 * depth), "");
}

static void put_object(const struct schema *schema, const char *prefix, unsigned depth);

/* What stands below a path that is no key itself: an object with known keys, or with chosen
 * names. */
static void put_below(const struct schema *schema, const char *path, enum key_match match,
                      unsigned depth)
{
    char inner[LOADER_PATH_SIZE];
    if (match != KEY_MATCH_MAP) {
        put_object(schema, path, depth);
        return;
    }
    snprintf(inner, sizeof inner, "%.200s.*", path);
    fputs("{\"type\": [\"object\", \"null\"], \"propertyNames\": {\"$ref\": \"#/$defs/name\"}, "
          "\"additionalProperties\": ",
          schema->out);
    put_object(schema, inner, depth);
    fputc('}', schema->out);
}

static void put_properties(const struct schema *schema, const char *prefix, unsigned depth)
{
    char part[LOADER_PATH_SIZE], last[LOADER_PATH_SIZE] = "";
    for (size_t i = 0; i < schema->table->count; i++) {
        const struct key *row = &schema->table->rows[i], *key = NULL;
        char path[LOADER_PATH_SIZE];
        if (!next_part(row, prefix, part, sizeof part) || strcmp(part, last) == 0)
            continue;
        fputs(last[0] != '\0' ? "," : "", schema->out);
        snprintf(last, sizeof last, "%s", part);
        snprintf(path, sizeof path, "%.150s%s%.100s", prefix, prefix[0] != '\0' ? "." : "", part);
        indent(schema, depth + 1);
        put_string(schema->out, part);
        fputs(": ", schema->out);
        enum key_match match = key_match(schema->table, path, &key);
        if (match == KEY_MATCH_LEAF)
            put_leaf(schema, key);
        else
            put_below(schema, path, match, depth + 1);
    }
}

static void put_object(const struct schema *schema, const char *prefix, unsigned depth)
{
    fputs("{\"type\": [\"object\", \"null\"], \"additionalProperties\": false, \"properties\": {",
          schema->out);
    put_properties(schema, prefix, depth);
    fputs("}}", schema->out);
}

/* The two keys that stand outside the table are put beside the others at the top. */
static void put_schema(const struct schema *schema)
{
    fputs("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
          "  \"title\": \"dgsim scenario\",\n"
          "  \"description\": \"A scenario file without its comments; a file that extends another "
          "needs only what differs.\",\n",
          schema->out);
    fputs(definitions, schema->out);
    fputs("  \"type\": \"object\",\n  \"additionalProperties\": false,\n  \"properties\": {\n"
          "    \"$schema\": {\"type\": \"string\"},\n    \"case\": {\"type\": \"object\"},\n"
          "    \"extends\": {\"type\": \"string\", "
          "\"description\": \"path of the scenario file that this one is laid over\"},",
          schema->out);
    put_properties(schema, "", 1);
    fputs("}\n}\n", schema->out);
}

bool scenario_schema(FILE *out, struct error *error)
{
    struct schema schema = {.out = out};
    struct key_table table;
    struct scenario_memory *memory = scenario_memory_open();
    if (memory == NULL || !key_table_open(memory, &table)) {
        scenario_memory_close(memory);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    schema.table = &table;
    put_schema(&schema);
    scenario_memory_close(memory);
    return true;
}
