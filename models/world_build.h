/* world_build.h - shared by world_build.c and world_nodes.c. */
#ifndef MODELS_WORLD_BUILD_H
#define MODELS_WORLD_BUILD_H

#include "models/world_private.h"

/* What is dealt within a population; each has layout streams of its own. */
enum layout_subject {
    SUBJECT_PROVIDER_CLASS,
    SUBJECT_NODE_CLASS,
    SUBJECT_NODE_HARDWARE,
    SUBJECT_NODE_REGION,
    SUBJECT_NODE_VERIFIER,
    SUBJECT_NODE_PRICE,
    SUBJECT_OPERATOR_BEHAVIOUR,
    SUBJECT_OPERATOR_VERIFIER_BEHAVIOUR,
    SUBJECT_USER_REGION,
    SUBJECT_PROBER_REGION,
};

/* *out gets `count` indices; the caller frees it. */
bool world_deal(const struct world *world, enum layout_subject subject, uint32_t group,
                const struct shares *shares, uint32_t count, uint32_t **out, struct error *error);
/* The same over regions: by `own` shares, or by the regions' weights when there are none. */
bool world_deal_regions(const struct world *world, enum layout_subject subject, uint32_t group,
                        const struct shares *own, uint32_t count, uint32_t **out,
                        struct error *error);
/* The protocol's size class (DG_SIZE_*) of a model of so many billion parameters. */
uint8_t world_size_class(double parameters_b);
/* Registers user number `user`, the next one, with the group's deposit and lock. */
bool world_add_user(struct world *world, const struct scenario_users *group, uint32_t user,
                    uint32_t region, struct error *error);
/* Turns a status of the core into an error that names what was refused. */
bool world_registered(enum dg_status status, const char *what, struct error *error);

/* User number `user` of the world, by the deposit and lock of a group. */
bool world_add_user(struct world *world, const struct scenario_users *group, uint32_t user,
                    uint32_t region, struct error *error);

bool world_build_nodes(struct world *world, struct error *error); /* world_nodes.c */

#endif
