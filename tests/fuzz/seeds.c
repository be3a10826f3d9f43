/* seeds.c - what the fuzzers of the core's bytes start from, made of a journal of a real run.
 *
 * usage: seeds JOURNAL FOLDER      FOLDER holds chain, gateway, replay and wire
 *
 * Writes the journal itself cut behind some of its blocks, the states that a replay passes through,
 * and the messages that were sent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dg/replay.h"
#include "dg/wire.h"
#include "tests/fuzz/fuzz_frame.h"

enum { STATES = 12, CUT = 16000, CALLS = 60, NAME_SIZE = 512, MESSAGE_SIZE = 1 << 16 };

struct seeds {
    const char *folder;
    const char *source; /* last part of the journal's path */
    unsigned count;
};

static void require(int condition, const char *text)
{
    if (condition)
        return;
    fprintf(stderr, "seeds: %s\n", text);
    exit(1);
}

static void write_seed(struct seeds *seeds, const char *target, const uint8_t *prefix,
                       size_t prefix_size, const uint8_t *bytes, size_t size)
{
    char name[NAME_SIZE];

    snprintf(name, sizeof name, "%s/%s/%s-%03u", seeds->folder, target, seeds->source,
             seeds->count++);
    FILE *file = fopen(name, "wb");
    require(file != NULL, name);
    fwrite(prefix, 1, prefix_size, file);
    fwrite(bytes, 1, size, file);
    require(fclose(file) == 0, name);
}

/* ---- states ---- */

static void write_state(struct seeds *seeds, const struct dg_replay *replay)
{
    static uint8_t bytes[1 << 20];
    const struct dg_chain *chain = dg_replay_chain(replay);
    const struct dg_gateway *gateway = dg_replay_gateway(replay);
    uint8_t calls[1 + CALLS] = {CALLS};
    size_t size;

    for (unsigned i = 1; i <= CALLS; i++)
        calls[i] = (uint8_t)(i * (seeds->count * 2 + 1) * 89);
    enum dg_status status = chain != NULL
                                ? dg_chain_snapshot(chain, bytes, sizeof bytes, &size)
                                : dg_gateway_snapshot(gateway, bytes, sizeof bytes, &size);
    require(status == DG_OK, "no snapshot");
    write_seed(seeds, chain != NULL ? "chain" : "gateway", calls, sizeof calls,
               bytes + FUZZ_FRAME_HEAD + FUZZ_TABLE,
               size - FUZZ_FRAME_HEAD - FUZZ_TABLE - FUZZ_FRAME_TAIL);
}

/* ---- messages ---- */

static void write_message(struct seeds *seeds, const struct dg_message *message)
{
    static uint8_t bytes[MESSAGE_SIZE];
    size_t size;

    if (dg_message_encode(message, bytes, sizeof bytes, &size) == DG_OK)
        write_seed(seeds, "wire", NULL, 0, bytes, size);
}

static void write_chain_messages(struct seeds *seeds, const struct dg_chain *chain)
{
    struct dg_message message = {.kind = DG_MESSAGE_PARAMS};

    dg_chain_params(chain, &message.body.params);
    write_message(seeds, &message);
    message.kind = DG_MESSAGE_MODEL;
    for (uint32_t i = 0; dg_chain_model(chain, i, &message.body.model) == DG_OK && i < 3; i++)
        write_message(seeds, &message);
    message.kind = DG_MESSAGE_NODE;
    for (uint32_t i = 0; dg_chain_node_record(chain, i, &message.body.node) == DG_OK && i < 3; i++)
        write_message(seeds, &message);
    message.kind = DG_MESSAGE_GRANT;
    message.body.grant = (struct dg_grant){.user = 1, .gateway = 2, .amount = 3 * DG_TOKEN};
    write_message(seeds, &message);
}

static void write_report(struct seeds *seeds, const struct dg_report *report)
{
    const struct dg_message message = {.kind = DG_MESSAGE_REPORT, .body.report = *report};

    if (report->receipt_count > 0)
        write_message(seeds, &message);
}

/* ---- the journal ---- */

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");

    require(file != NULL && fseek(file, 0, SEEK_END) == 0, path);
    long length = ftell(file);
    require(length > 0, path);
    rewind(file);
    uint8_t *bytes = malloc((size_t)length);
    require(bytes != NULL && fread(bytes, 1, (size_t)length, file) == (size_t)length, path);
    fclose(file);
    *size = (size_t)length;
    return bytes;
}

/* A state is written at the first call and then ever more rarely. */
static void replay_journal(struct seeds *seeds, const uint8_t *bytes, size_t size)
{
    struct dg_replay *replay;
    struct dg_replay_step step;
    uint64_t next = 1;

    require(dg_replay_open(NULL, &replay) == DG_OK, "no replay");
    require(dg_replay_feed(replay, bytes, size) == DG_OK, "no memory");
    while (dg_replay_next(replay, &step) == DG_OK) {
        if (step.sequence >= next) {
            write_state(seeds, replay);
            next += 1 + next / 2;
        }
        if (step.decision == DG_DECISION_REPORT && seeds->count < 2 * STATES)
            write_report(seeds, &step.report);
    }
    require(dg_replay_end(replay) == DG_OK, "the journal is not sound");
    write_state(seeds, replay);
    if (dg_replay_chain(replay) != NULL)
        write_chain_messages(seeds, dg_replay_chain(replay));
    dg_replay_close(replay);
}

int main(int argc, char **argv)
{
    size_t size;

    require(argc == 3, "usage: seeds JOURNAL FOLDER");
    const char *slash = strrchr(argv[1], '/');
    struct seeds seeds = {.folder = argv[2], .source = slash != NULL ? slash + 1 : argv[1]};
    uint8_t *bytes = read_file(argv[1], &size);
    for (uint8_t mode = 0; mode < 3; mode++)
        for (size_t cut = CUT / 4; cut <= CUT; cut *= 2)
            write_seed(&seeds, "replay", &mode, 1, bytes, size < cut ? size : cut);
    replay_journal(&seeds, bytes, size);
    free(bytes);
    return 0;
}
