/* Logarithm and exponential: a table of 128 steps narrows the argument, a short series does the
 * rest. The logarithms belong to the reciprocals as rounded, so rounding them costs no accuracy. */
#include "fixed.h"

enum { FIXED_TABLE_BITS = 7, FIXED_TABLE_SIZE = 1 << FIXED_TABLE_BITS };

#define FIXED_HALF_PER_LN2 UINT64_C(0x5c551d94ae0bf85d) /* 2^62 / ln 2 */
#define FIXED_LN2          UINT64_C(0xb17217f7d1cf79ab) /* 2^64 * ln 2 */

/* 2^64 / c for the middle c of each 128th of [1, 2), rounded down. */
static const uint64_t fixed_reciprocal[FIXED_TABLE_SIZE] = {
    0xff00ff00ff00ff00, 0xfd08e5500fd08e55, 0xfb18856506ddaba5, 0xf92fb2211855a865,
    0xf74e3fc22c700f74, 0xf57403d5d00f5740, 0xf3a0d52cba872336, 0xf1d48bcee0d399fa,
    0xf00f00f00f00f00f, 0xee500ee500ee500e, 0xec979118f3fc4da1, 0xeae56403ab95900e,
    0xe939651fe2d8d35c, 0xe79372e225fe30d9, 0xe5f36cb00e5f36cb, 0xe45932d7dc52100e,
    0xe2c4a6886a4c2e0f, 0xe135a9c97500e135, 0xdfac1f74346c575f, 0xde27eb2c41f3d9d1,
    0xdca8f158c7f91ab8, 0xdb2f171df7702918, 0xd9ba4256c0366e90, 0xd84a598ec9151f42,
    0xd6df43fca482f00d, 0xd578e97c3f5fe550, 0xd4173289870ac52d, 0xd2ba083b445250ab,
    0xd161543e28e50274, 0xd00d00d00d00d00d, 0xcebcf8bb5b4169ca, 0xcd712752a886d241,
    0xcc29786c7607f99e, 0xcae5d85f1bbd6c95, 0xc9a633fcd967300c, 0xc86a78900c86a789,
    0xc73293d789b9f838, 0xc5fe740317f9d00c, 0xc4ce07b00c4ce07b, 0xc3a13de60495c773,
    0xc2780613c0309e01, 0xc152500c152500c1, 0xc0300c0300c0300c, 0xbf112a8ad278e8dc,
    0xbdf59c91700bdf59, 0xbcdd535db1cc5b7b, 0xbbc8408cd63069a0, 0xbab656100bab6561,
    0xb9a7862a0ff46587, 0xb89bc36ce3e0453a, 0xb79300b79300b793, 0xb68d31340e4307d8,
    0xb58a485518d1e7e3, 0xb48a39d44685fe96, 0xb38cf9b00b38cf9b, 0xb2927c29da5519cf,
    0xb19ab5c45606f00b, 0xb0a59b418d749d53, 0xafb321a1496fdf0e, 0xaec33e1f671529a4,
    0xadd5e6323fd48a86, 0xaceb0f891e6551bb, 0xac02b00ac02b00ac, 0xab1cbdd3e2970f5f,
    0xaa392f35dc17f00a, 0xa957fab5402a55fe, 0xa87917088e262b6f, 0xa79c7b16ea64d422,
    0xa6c21df6e1625c7f, 0xa5e9f6ed347f0721, 0xa513fd6bb00a513f, 0xa44029100a440291,
    0xa36e71a2cb033128, 0xa29ecf163bb6500a, 0xa1d139855f7268ed, 0xa105a932f2ca891e,
    0xa03c1688732b3032, 0x9f747a152d7836d0, 0x9eaecc8d53ae2dde, 0x9deb06c9194aa416,
    0x9d2921c3d6411307, 0x9c69169b30446df9, 0x9baade8e4a2f6e0f, 0x9aee72fcf957c10f,
    0x9a33cd67009a33cd, 0x997ae76b50efd009, 0x98c3bac74f5db009, 0x980e4156201301c8,
    0x975a750ff68a58af, 0x96a850096a850096, 0x95f7cc72d1b887e8, 0x9548e4979e0829fc,
    0x949b92ddc02526e4, 0x93efd1c50e726b7c, 0x93459be6b0093459, 0x929cebf48bbd90e5,
    0x91f5bcb8bb02d9cc, 0x9150091500915009, 0x90abcc0242af3009, 0x9009009009009009,
    0x8f67a1e3fdc26178, 0x8ec7ab397255e41d, 0x8e2917e0e702c6cd, 0x8d8be33f95d71590,
    0x8cf008cf008cf008, 0x8c55841c815ed5ca, 0x8bbc50c8deb420c0, 0x8b246a87e19008b2,
    0x8a8dcd1feeae465c, 0x89f87469a23920e0, 0x89645c4f6e055deb, 0x88d180cd3a4133d7,
    0x883fddf00883fddf, 0x87af6fd5992d0d40, 0x872032ac13008720, 0x869222b1acf1ce96,
    0x86053c345a0b8473, 0x85797b917765ab89, 0x84eedd357c1b0084, 0x84655d9bab2f1008,
    0x83dcf94dc7570ce0, 0x8355ace3c897db0f, 0x82cf750393ac3319, 0x824a4e60b3262bc4,
    0x81c635bc123fdf8e, 0x814327e3b94f462f, 0x80c121b28bd1ba97, 0x8040201008040201,
};

/* -log2 of fixed_reciprocal / 2^64, times 2^57, of the value as rounded above. */
static const uint64_t fixed_log2_middle[FIXED_TABLE_SIZE] = {
    0x0002e1388daf558f, 0x00089b188bd4bd86, 0x000e49b1dd4287c3, 0x0013ed3094685a26,
    0x001985bfc3495194, 0x001f1389833253a0, 0x002496b6fc26b479, 0x002a0f706c06776e,
    0x002f7ddd2d714502, 0x0034e223be690928, 0x003a3c69c6b705b5, 0x003f8cd41e160149,
    0x0044d386d22418b8, 0x004a10a52c1e98fe, 0x004f4451b66a2990, 0x00546eae41e97229,
    0x00598fdbeb244c5a, 0x005ea7fb1f41777c, 0x0063b72ba0d4adaf, 0x0068bd8c8c82e1ab,
    0x006dbb3c5d7e57a6, 0x0072b058f1dc3722, 0x00779cff8ec5203c, 0x007c814ce4823c9d,
    0x00815d5d1268331e, 0x0086314baaa15475, 0x008afd33b5d847fb, 0x008fc12fb6c47099,
    0x00947d59ad99341b, 0x009931cb1b5941ad, 0x009dde9d050ee7d5, 0x00a283e7f6ea7e1d,
    0x00a721c40747db50, 0x00abb848d99bc656, 0x00b0478da14a456d, 0x00b4cfa92466a5c3,
    0x00b950b1be5e0c15, 0x00bdcabd628d5623, 0x00c23de19ec30c6e, 0x00c6aa339dae1b8d,
    0x00cb0fc8293a04dc, 0x00cf6eb3acd92efc, 0x00d3c70a37bdf7a3, 0x00d818df7f0321a3,
    0x00dc6446dfc433cd, 0x00e0a9536126572e, 0x00e4e817b6523d9f, 0x00e920a6405f93eb,
    0x00ed531110327dc8, 0x00f17f69e84b94c0, 0x00f5a5c23e8ade73, 0x00f9c62b3de62a07,
    0x00fde0b5c8134051, 0x0101f57277264dff, 0x010604719f24eb24, 0x010a0dc34f8e1fbc,
    0x010e117754d7c111, 0x01120f9d39e18073, 0x01160844495e0060, 0x0119fb7b8f324217,
    0x011de951d9cbba62, 0x0121d1d5bb6d59a3, 0x0125b5158b73d045, 0x0129931f67915605,
    0x012d6c0135013806, 0x01313fc8a1b36f24, 0x01350e8325707d8f, 0x0138d83e02f5d093,
    0x013c9d06490ae122, 0x01405ce8d38f4bbf, 0x014417f24c82164b, 0x0147ce2f2d02586e,
    0x014b7fabbe497958, 0x014f2c741a9f33e7, 0x0152d4942e479095, 0x01567817b86b02c8,
    0x015a170a4bf8d5c3, 0x015db177508413c5, 0x0161476a031b108a, 0x0164d8ed7719befa,
    0x0168660c96f6f873, 0x016beed2250cdae1, 0x016f7348bc5c617a, 0x0172f37ad14c5afd,
    0x01766f72b263dedd, 0x0179e73a890061fc, 0x017d5adc5a078a44, 0x0180ca620694df8d,
    0x018435d54ca3773b, 0x01879d3fc7b3b70c, 0x018b00aaf16d4a8e, 0x018e6020223d6609,
    0x0191bba891f1708b, 0x0195134d584e2e36, 0x019867176da382e8, 0x019bb70fab5ce4c8,
    0x019f033ecc8e9565, 0x01a24bad6e7fb76b, 0x01a5906411315642, 0x01a8d16b17e2744b,
    0x01ac0ecac99133b3, 0x01af488b51792d5b, 0x01b27eb4bf8f08a4, 0x01b5b14f08f9665e,
    0x01b8e06208873092, 0x01bc0bf57f236059, 0x01bf341114464a6c, 0x01c258bc5664828b,
    0x01c579febb5b657d, 0x01c897dfa0db58d8, 0x01cbb2664ccfcf5b, 0x01cec999edc52030,
    0x01d1dd819b4c3f0d, 0x01d4ee24565c62ab, 0x01d7fb8909b2a6c4, 0x01db05b68a2fb64a,
    0x01de0cb397338a46, 0x01e11086daf74963, 0x01e41136eae553d2, 0x01e70eca47ef86ee,
    0x01ea09475ee3c39f, 0x01ed00b488bec235, 0x01eff5180afd3e3c, 0x01f2e67817eb8451,
    0x01f5d4dacef36be6, 0x01f8c0463ce8c689, 0x01fba8c05c544df4, 0x01fe8e4f15bd1a02,
};

/* 2^(-i/128), times 2^63. */
static const uint64_t fixed_exp2_step[FIXED_TABLE_SIZE] = {
    0x8000000000000000, 0x7f4f08ae3dc7c426, 0x7e9f06067a4360ba, 0x7deff6b672f84e24,
    0x7d41d96db915019d, 0x7c94acddaeea5d3a, 0x7be86fb985689ddc, 0x7b3d20b6399fc237,
    0x7a92be8a92436616, 0x79e947ef1d320d2d, 0x7940bb9e2cffd89d, 0x78991853d684a285,
    0x77f25ccdee6d7ae6, 0x774c87cc06d1812e, 0x76a7980f6cca15c2, 0x76038c5b260e5eee,
    0x75606373ee921c97, 0x74be1c203627c62b, 0x741cb5281e25ee34, 0x737c2d55770fe711,
    0x72dc8373be41a454, 0x723db6501b9ed447, 0x719fc4b95f452d29, 0x7102ad7fff41e9b4,
    0x70666f76154a7089, 0x6fcb096f5c782210, 0x6f307a412f074892, 0x6e96c0c284192610,
    0x6dfddbcbed791bab, 0x6d65ca379564e639, 0x6cce8ae13c57ebdb, 0x6c381ca636d99642,
    0x6ba27e656b4eb57a, 0x6b0daeff4fcde703, 0x6a79ad55e7f6fd10, 0x69e6784cc2cd61bd,
    0x69540ec8f895722d, 0x68c26fb128b4cd63, 0x683199ed779592ca, 0x67a18c678c8c8c61,
    0x6712460a8fc24072, 0x6683c5c3281ee6e9, 0x65f60a7f79393e2e, 0x6569132f21483ba7,
    0x64dcdec3371793d1, 0x64516c2e47ff1623, 0x63c6ba6455dcd8ae, 0x633cc85ad5122fbd,
    0x62b39508aa836d6f, 0x622b1f66299a6599, 0x61a3666d124bb204, 0x611c69188f1eb339,
    0x6096266533384a2b, 0x60109d50f86846d8, 0x5f8bccdb3d398841, 0x5f07b404c304c9f1,
    0x5e8451cfac061b5f, 0x5e01a53f7974fd86, 0x5d7fad59099f22fe, 0x5cfe69229605cef5,
    0x5c7dd7a3b17dcf75, 0x5bfdf7e546520f3e, 0x5b7ec8f19468bbc9, 0x5b0049d42f6afbb6,
    0x5a827999fcef3242, 0x5a05575132a5cc20, 0x5988e20954889245, 0x590d18d3330c7f1e,
    0x5891fac0e95612c8, 0x581786e5db7022c2, 0x579dbc56b48521ba, 0x57249a29651adc07,
    0x56ac1f752150a563, 0x56344b525f1ff495, 0x55bd1cdad49f699c, 0x5546932976483b15,
    0x54d0ad5a753e077c, 0x545b6a8b3d990704, 0x53e6c9da74b29ab5, 0x5372ca67f774358f,
    0x52ff6b54d8a89c75, 0x528cabc35f4f799d, 0x521a8ad704f3404f, 0x51a907b474015dc9,
    0x513821818624b40c, 0x50c7d76542a25b72, 0x50582887dcb8a7e1, 0x4fe91412b2006e83,
    0x4f7a993048d088d7, 0x4f0cb70c4ea39210, 0x4e9f6cd3967fdba8, 0x4e32b9b417619617,
    0x4dc69cdceaa72a9c, 0x4d5b157e4a7fc325, 0x4cf022c9905bfd32, 0x4c85c3f13360c4d5,
    0x4c1bf828c6dc54b8, 0x4bb2bea4f8bd5847, 0x4b4a169b900c2d00, 0x4ae1ff436b663ff7,
    0x4a7a77d47f7b84b1, 0x4a137f87d58e025b, 0x49ad159789f37496, 0x4947393eca98fcd6,
    0x48e1e9b9d588e19b, 0x487d2645f7725895, 0x4818ee218a3358ee, 0x47b5408bf36472e2,
    0x47521cc5a2e6a9e0, 0x46ef821011734e6b, 0x468d6fadbf2dd4f3, 0x462be4e23237a6ef,
    0x45cae0f1f545eb73, 0x456a632296394492, 0x450a6abaa4b77ecd, 0x44aaf701b0c72fee,
    0x444c0740496d4294, 0x43ed9abffb4c6bc9, 0x438fb0cb4f468808, 0x433248adc91fdd02,
    0x42d561b3e6243d8a, 0x4278fb2b1bce0d15, 0x421d1461d66f2023, 0x41c1aca777db771b,
    0x4166c34c5615d0ec, 0x410c57a1b9fe12f6, 0x40b268f9de0183ba, 0x4058f6a7ecccd5b6,
};

enum dg_status fixed_mul_div(int64_t a, int64_t b, int64_t divisor, int64_t *out)
{
    fixed_int128 result = ((fixed_int128)a * b + divisor / 2) / divisor;

    if (result > INT64_MAX)
        return DG_ERROR_OVERFLOW;
    *out = (int64_t)result;
    return DG_OK;
}

int64_t fixed_part(int64_t amount, int64_t fraction)
{
    return (int64_t)((fixed_int128)amount * fraction / DG_ONE);
}

uint64_t fixed_add_saturated(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* a * b for numbers with 62 fractional bits. */
static int64_t mul62(int64_t a, int64_t b)
{
    return (int64_t)(((fixed_int128)a * b) >> 62);
}

/* log2(1 + r) with 62 fractional bits, |r| <= 2^-8: five terms leave an error below 2^-50. */
static int64_t log2_near_one(int64_t r)
{
    int64_t one = INT64_C(1) << 62;
    int64_t series = one / 5;

    series = one / 4 - mul62(series, r);
    series = one / 3 - mul62(series, r);
    series = one / 2 - mul62(series, r);
    series = one - mul62(series, r);
    return (int64_t)(((fixed_int128)mul62(series, r) * (int64_t)FIXED_HALF_PER_LN2) >> 62);
}

uint64_t fixed_log2(uint64_t value)
{
    unsigned exponent = 63u - (unsigned)__builtin_clzll(value);
    uint64_t mantissa = value << (63u - exponent); /* 1..2, times 2^63 */
    unsigned index = (unsigned)(mantissa >> (63 - FIXED_TABLE_BITS)) & (FIXED_TABLE_SIZE - 1);
    uint64_t ratio = (uint64_t)(((fixed_uint128)mantissa * fixed_reciprocal[index]) >> 64);
    int64_t r = (int64_t)(ratio - (UINT64_C(1) << 63)) >> 1; /* ratio - 1, times 2^62 */
    int64_t fine = log2_near_one(r) >> (62 - FIXED_LOG2_BITS);

    return ((uint64_t)exponent << FIXED_LOG2_BITS) + fixed_log2_middle[index] + (uint64_t)fine;
}

/* 2^-x with 62 fractional bits for x < 2^-7 given with 64: four terms leave an error below
 * 2^-44. */
static int64_t exp2_near_zero(uint64_t x)
{
    int64_t one = INT64_C(1) << 62;
    int64_t y = (int64_t)(((fixed_uint128)x * FIXED_LN2) >> 66); /* x * ln 2, times 2^62 */
    int64_t series = one - y / 4;

    series = one - mul62(series, y) / 3;
    series = one - mul62(series, y) / 2;
    return one - mul62(series, y);
}

uint64_t fixed_exp2_negative(uint64_t x)
{
    uint64_t whole = x >> FIXED_EXP2_IN_BITS;
    uint64_t fraction = x << (64 - FIXED_EXP2_IN_BITS);
    unsigned index = (unsigned)(fraction >> (64 - FIXED_TABLE_BITS));
    uint64_t rest = fraction & (UINT64_MAX >> FIXED_TABLE_BITS);

    if (whole > FIXED_EXP2_OUT_BITS)
        return 0;
    uint64_t product =
        (uint64_t)(((fixed_uint128)fixed_exp2_step[index] * (uint64_t)exp2_near_zero(rest)) >> 62);
    return product >> whole;
}

/* Newton's steps from above, on the value scaled to 2^62..2^64. The tangent at 2.25 is at most 1/12 too
 * high; three steps bring that below 2^-35, so the last one ends at the root or one above it. */
uint32_t fixed_sqrt(uint64_t value)
{
    if (value == 0)
        return 0;
    unsigned shift = (unsigned)__builtin_clzll(value) & ~1u;
    uint64_t scaled = value << shift;
    uint64_t root = (UINT64_C(3) << 29) + (scaled >> 31) / 3;

    for (int step = 0; step < 3; step++)
        root = (root + scaled / root) / 2;
    while ((fixed_uint128)root * root > scaled)
        root--;
    return (uint32_t)(root >> (shift / 2));
}

/* Gives one unit to each of the `left` parts with the largest remainders. */
static void split_remainders(int64_t *remainders, size_t count, int64_t left, int64_t *parts)
{
    while (left-- > 0) {
        size_t best = 0;
        for (size_t i = 1; i < count; i++) {
            if (remainders[i] > remainders[best])
                best = i;
        }
        parts[best]++;
        remainders[best] = -1;
    }
}

enum dg_status fixed_split(int64_t total, const int64_t *weights, size_t count, int64_t *parts)
{
    int64_t remainders[FIXED_SPLIT_MAX];
    int64_t sum = 0;

    if (total < 0 || count == 0 || count > FIXED_SPLIT_MAX)
        return DG_ERROR_ARGUMENT;
    for (size_t i = 0; i < count; i++) {
        if (weights[i] < 0 || sum > INT64_MAX - weights[i])
            return DG_ERROR_ARGUMENT;
        sum += weights[i];
    }
    if (sum == 0)
        return DG_ERROR_ARGUMENT;

    int64_t left = total;
    for (size_t i = 0; i < count; i++) {
        fixed_int128 product = (fixed_int128)total * weights[i];
        parts[i] = (int64_t)(product / sum);
        remainders[i] = (int64_t)(product % sum);
        left -= parts[i];
    }
    split_remainders(remainders, count, left, parts);
    return DG_OK;
}
