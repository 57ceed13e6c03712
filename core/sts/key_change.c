#include "core/sts/key_change.h"

#include <string.h>

#define CLASS_MANAGE  2
#define KEY_TYPES     4
#define SHORT_KEY     8
#define LONG_KEY      16
#define SHORT_SET     2
#define SGC_DIGITS    6
#define SGC_MAX       999999u
#define SGC_HALF_BITS 12
#define SGC_HALF_MASK 0xfffu
#define TI_DIGITS     2
#define TI_MAX        99
#define KEN_HALF_BITS 4
#define KEN_HALF_MASK 15

/* Indices of parts[]. */
enum { FIRST, SECOND, THIRD, FOURTH };

bool bt_sts_key_type_allows(uint8_t from, uint8_t to)
{
	/* [parent][child]: DITK, DDTK, DUTK, DCTK. */
	static const bool allowed[KEY_TYPES][KEY_TYPES] = {
	    {false, true, true, true},
	    {false, true, true, true},
	    {false, true, true, false},
	    {false, true, false, true},
	};

	return from < KEY_TYPES && to < KEY_TYPES && allowed[from][to];
}

/* One row for each section, in the order the tokens are keyed in: its subclass in class 2, and which word of the new
 * key it carries, counted from the most significant. A key of 64 bits needs only the first two. */
struct part {
	uint8_t subclass;
	uint8_t word_of_short, word_of_long;
};

static const struct part parts[BT_STS_SECTIONS_MAX] = {
    {.subclass = 3, .word_of_short = 0, .word_of_long = 0},
    {.subclass = 4, .word_of_short = 1, .word_of_long = 3},
    {.subclass = 8, .word_of_long = 1},
    {.subclass = 9, .word_of_long = 2},
};

static unsigned find_word(unsigned part, unsigned count)
{
	return 4u * (count == SHORT_SET ? parts[part].word_of_short : parts[part].word_of_long);
}

static uint32_t read_word(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void write_word(uint32_t word, uint8_t *out)
{
	for (unsigned i = 0; i < 4; i++)
		out[i] = (uint8_t)(word >> (24 - 8 * i));
}

/* Decimal digits, @p len of them and no more. */
static bool read_digits(const char *text, size_t len, uint32_t *out)
{
	uint32_t number = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		number = number * 10 + (uint32_t)(text[i] - '0');
	}
	if (text[len] != '\0')
		return false;
	*out = number;
	return true;
}

static void write_digits(uint32_t number, size_t len, char *out)
{
	out[len] = '\0';
	for (; len > 0; number /= 10)
		out[--len] = (char)('0' + number % 10);
}

enum bt_err bt_sts_key_change_encode(const struct bt_sts_schedule *held, const struct bt_sts_key_change *change,
				     char out[BT_STS_SECTIONS_MAX][BT_STS_TOKEN_CAP], unsigned *count)
{
	const unsigned needed = change->key.len == SHORT_KEY ? SHORT_SET : BT_STS_SECTIONS_MAX;
	char set[BT_STS_SECTIONS_MAX][BT_STS_TOKEN_CAP];
	enum bt_err err = BT_OK;
	uint32_t sgc, ti;

	if ((change->key.len != SHORT_KEY && change->key.len != LONG_KEY) || change->key.len != held->cipher->key_len ||
	    !read_digits(change->to.sgc, SGC_DIGITS, &sgc) || !read_digits(change->to.ti, TI_DIGITS, &ti))
		return BT_EINPUT;
	for (unsigned i = 0; i < needed && err == BT_OK; i++) {
		struct bt_sts_token token = {.token_class = CLASS_MANAGE, .subclass = parts[i].subclass};

		token.section = (struct bt_sts_section){
		    .ken_half = i == FIRST ? change->to.ken >> KEN_HALF_BITS : change->to.ken & KEN_HALF_MASK,
		    .krn = change->to.krn,
		    .kt = change->to.kt,
		    .ro = change->roll_over,
		    .ti = (uint8_t)ti,
		    .sgc_half = (uint16_t)(i == FOURTH ? sgc >> SGC_HALF_BITS : sgc & SGC_HALF_MASK),
		    .key_part = read_word(change->key.bytes + find_word(i, needed)),
		};
		err = bt_sts_token_encode(held, &token, set[i]);
		explicit_bzero(&token, sizeof token);
	}
	if (err == BT_OK) {
		memcpy(out, set, needed * sizeof set[0]);
		*count = needed;
	}
	explicit_bzero(set, sizeof set);
	return err;
}

/* The sections in the order of parts[]; each exactly once. */
static bool sort_sections(const struct bt_sts_token *sections, unsigned count,
			  const struct bt_sts_section *out[BT_STS_SECTIONS_MAX])
{
	for (unsigned i = 0; i < count; i++) {
		out[i] = NULL;
		for (unsigned j = 0; j < count; j++) {
			if (sections[j].token_class != CLASS_MANAGE || sections[j].subclass != parts[i].subclass)
				continue;
			if (out[i])
				return false;
			out[i] = &sections[j].section;
		}
		if (out[i] == NULL)
			return false;
	}
	return true;
}

enum bt_err bt_sts_key_change_join(const struct bt_sts_token *sections, unsigned count, struct bt_sts_key_change *out)
{
	const struct bt_sts_section *sorted[BT_STS_SECTIONS_MAX];
	struct bt_sts_key_change change = {.roll_over = false};
	uint32_t sgc;

	if (count == 0 || count > BT_STS_SECTIONS_MAX || !sort_sections(sections, count, sorted))
		return BT_EINPUT;
	if (sorted[FIRST]->three)
		return BT_EUNSUPPORTED;
	if ((count != SHORT_SET && count != BT_STS_SECTIONS_MAX) || sorted[SECOND]->ti > TI_MAX)
		return BT_EINPUT;
	change.roll_over = sorted[FIRST]->ro;
	change.to.krn = sorted[FIRST]->krn;
	change.to.kt = sorted[FIRST]->kt;
	change.to.ken =
	    (uint8_t)(sorted[FIRST]->ken_half << KEN_HALF_BITS | (sorted[SECOND]->ken_half & KEN_HALF_MASK));
	write_digits(sorted[SECOND]->ti, TI_DIGITS, change.to.ti);
	if (count == BT_STS_SECTIONS_MAX) {
		sgc = (uint32_t)sorted[FOURTH]->sgc_half << SGC_HALF_BITS | sorted[THIRD]->sgc_half;
		if (sgc > SGC_MAX)
			return BT_EINPUT;
		write_digits(sgc, SGC_DIGITS, change.to.sgc);
	}
	memcpy(change.to.ea, count == SHORT_SET ? "07" : "11", sizeof change.to.ea);
	change.key.len = count == SHORT_SET ? SHORT_KEY : LONG_KEY;
	for (unsigned i = 0; i < count; i++)
		write_word(sorted[i]->key_part, change.key.bytes + find_word(i, count));
	*out = change;
	explicit_bzero(&change, sizeof change);
	return BT_OK;
}
