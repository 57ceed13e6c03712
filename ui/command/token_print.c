/* What a token carries, told once and written for people or as JSON. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/sts/base_date.h"
#include "core/sts/token_type.h"
#include "ui/command/token.h"
#include "ui/command/token_text.h"

#define FACTS_MAX     16
#define LABEL_COLUMNS 18
#define MINUTE_MS     60000
#define CONTROL_BITS  36

enum form { TEXT, NUMBER, TRUTH };

struct fact {
	const char *key;   /* in JSON; NULL for people only */
	const char *label; /* for people; NULL for JSON only */
	enum form form;
	uint32_t number;
	char text[160];
};

struct facts {
	int count;
	struct fact list[FACTS_MAX];
};

static struct fact *add(struct facts *facts, const char *key, const char *label, enum form form)
{
	struct fact *fact = &facts->list[facts->count++];

	*fact = (struct fact){.key = key, .label = label, .form = form};
	return fact;
}

static void add_text(struct facts *facts, const char *key, const char *label, const char *text)
{
	bt_text_copy(add(facts, key, label, TEXT)->text, sizeof facts->list[0].text, text);
}

static void add_number(struct facts *facts, const char *key, const char *label, uint32_t number)
{
	struct fact *fact = add(facts, key, label, NUMBER);

	fact->number = number;
	bt_text_printf(fact->text, sizeof fact->text, "%u", number);
}

/* ---- values ---- */

static const struct {
	const char *field, *label;
} value_labels[] = {
    {"watts", N_("Power")}, {"register", N_("Register")}, {"rate", N_("Rate")}, {"factor", N_("Factor")}};

static void add_value(struct facts *facts, const struct bt_sts_token_type *type, uint32_t value)
{
	const char *label = NULL;
	char text[14];

	if (type->token_class == 0) {
		bt_token_format_tenths(value, text);
		add_text(facts, "amount", NULL, text);
		add_text(facts, "unit", NULL, type->unit + strlen("0.1 "));
		bt_text_printf(add(facts, NULL, N_("Quantity"), TEXT)->text, sizeof facts->list[0].text, "%s %s", text,
			       type->unit + strlen("0.1 "));
		return;
	}
	for (size_t i = 0; i < sizeof value_labels / sizeof value_labels[0]; i++)
		if (strcmp(value_labels[i].field, type->field) == 0)
			label = value_labels[i].label;
	if (label)
		add_number(facts, type->field, label, value);
}

static void add_stamp(struct facts *facts, const struct bt_sts_token *token, uint16_t base)
{
	int64_t ms = bt_sts_base_date_find(base)->wall_ms + (int64_t)token->tid * MINUTE_MS;
	char text[21];

	add_number(facts, "rnd", "RND", token->rnd);
	add_number(facts, "tid", "TID", token->tid);
	bt_time_format_utc(ms, text);
	add_text(facts, "time", N_("Time"), text);
}

static void add_test(struct facts *facts, const struct bt_sts_token *token)
{
	struct fact *fact;
	size_t len = 0;

	add_number(facts, "manufacturer", N_("Manufacturer"), token->mfr_code);
	bt_text_printf(add(facts, "control", N_("Control"), TEXT)->text, sizeof facts->list[0].text, "0x%llx",
		       (unsigned long long)token->control);
	fact = add(facts, NULL, N_("Tests"), TEXT);
	for (int i = 0; i < CONTROL_BITS; i++)
		if (token->control >> i & 1)
			len += (size_t)snprintf(fact->text + len, sizeof fact->text - len, "%s%d", len ? " " : "", i);
}

static void add_flag(struct facts *facts, const char *key, const char *label, bool is)
{
	struct fact *fact = add(facts, key, label, TRUTH);

	fact->number = is;
	bt_text_copy(fact->text, sizeof fact->text, is ? "1" : "0");
}

static void add_first(struct facts *facts, const struct bt_sts_section *section)
{
	add_number(facts, "ken_high", "KENHO", section->ken_half);
	add_number(facts, "krn", "KRN", section->krn);
	add_number(facts, "kt", "KT", section->kt);
	add_flag(facts, "roll_over", "RO", section->ro);
	add_flag(facts, "three", "3KCT", section->three);
}

static void add_second(struct facts *facts, const struct bt_sts_section *section)
{
	add_number(facts, "ken_low", "KENLO", section->ken_half);
	add_number(facts, "ti", "TI", section->ti);
}

static void add_third(struct facts *facts, const struct bt_sts_section *section)
{
	add_number(facts, "sgc_low", "SGCLO", section->sgc_half);
}

static void add_fourth(struct facts *facts, const struct bt_sts_section *section)
{
	add_number(facts, "sgc_high", "SGCHO", section->sgc_half);
}

/* By subclass; the part of the new key is in JSON only: a screen has more readers than a pipe. */
static void add_section(struct facts *facts, const struct bt_sts_token *token)
{
	static void (*const adders[])(struct facts * facts, const struct bt_sts_section *section) = {
	    [3] = add_first, [4] = add_second, [8] = add_third, [9] = add_fourth};

	adders[token->subclass](facts, &token->section);
	bt_text_printf(add(facts, "key_part", NULL, TEXT)->text, sizeof facts->list[0].text, "%08x",
		       token->section.key_part);
}

static void describe(const struct bt_token_shown *shown, uint16_t base, struct facts *out)
{
	const struct bt_sts_token *token = &shown->token;
	const struct bt_sts_token_type *type = bt_sts_token_type_find(token->token_class, token->subclass);
	char grouped[25];

	out->count = 0;
	bt_sts_token_group(shown->digits, grouped);
	add_text(out, "token", NULL, shown->digits);
	add_text(out, NULL, N_("Token"), grouped);
	add_text(out, "type", NULL, type->id);
	add_text(out, "name", N_("Kind"), type->name);
	add_number(out, "class", N_("Class"), token->token_class);
	add_number(out, "subclass", N_("Subclass"), token->subclass);
	if (type->layout == BT_STS_LAYOUT_SECTION) {
		add_section(out, token);
	} else if (token->token_class == 1) {
		add_test(out, token);
	} else {
		add_stamp(out, token, base);
		add_value(out, type, token->value);
	}
}

/* ---- both ways out ---- */

static json_t *encode(const struct fact *fact)
{
	if (fact->form == NUMBER)
		return json_integer(fact->number);
	return fact->form == TRUTH ? json_boolean(fact->number) : json_string(fact->text);
}

json_t *bt_token_json(const struct bt_token_shown *shown, uint16_t base)
{
	json_t *object = json_object();
	struct facts facts;

	describe(shown, base, &facts);
	for (int i = 0; i < facts.count; i++)
		if (facts.list[i].key)
			json_object_set_new(object, facts.list[i].key, encode(&facts.list[i]));
	explicit_bzero(&facts, sizeof facts);
	return object;
}

void bt_token_print(const struct bt_command_env *env, const struct bt_token_shown *shown, uint16_t base)
{
	struct facts facts;

	describe(shown, base, &facts);
	for (int i = 0; i < facts.count; i++) {
		const struct fact *fact = &facts.list[i];
		const char *label;

		if (!fact->label)
			continue;
		label = bt_words_get(env->words, env->config.language, fact->label);
		printf("%s%*s%s\n", label, LABEL_COLUMNS - bt_text_columns(label), "", fact->text);
	}
	explicit_bzero(&facts, sizeof facts);
}
