/* Commit, then reveal: nobody sees a score before it has sealed its own, and none may be changed. */
#include "hash.h"
#include "reveal.h"

static enum dg_status sealed_admit(const struct check *check, const struct check_seat *seat,
                                   uint16_t score, uint64_t nonce)
{
    struct dg_hash commitment;

    dg_score_commitment(check->id, seat->verifier, score, nonce, &commitment);
    return hash_equal(&commitment, &seat->commitment) ? DG_OK : DG_ERROR_COMMITMENT;
}

const struct reveal_mode reveal_sealed = {
    .seals = true,
    .shows_in = CHECK_REVEAL,
    .admit = sealed_admit,
};
