/* Whose token it is and under which key: the options that name a meter, and the files that hold a key. */
#include <stddef.h>
#include <string.h>

#include "core/hsm/hsm.h"
#include "core/sts/base_date.h"
#include "ui/command/token.h"
#include "ui/command/token_text.h"

#define KEY_MAX BT_STS_DKGA04_KEY_LEN

/* ---- the meter ---- */

static bool read_sgc(const char *text, struct bt_sts_key_id *id)
{
	return strlen(text) == 6 && bt_text_is_digits(text) && bt_text_copy(id->sgc, sizeof id->sgc, text) == BT_OK;
}

static bool read_small(const char *text, uint32_t min, uint32_t max, uint8_t *out)
{
	uint32_t value;

	if (!bt_token_read_number(text, max, &value) || value < min)
		return false;
	*out = (uint8_t)value;
	return true;
}

static bool read_krn(const char *text, struct bt_sts_key_id *id)
{
	return read_small(text, 1, 9, &id->krn);
}

static bool read_kt(const char *text, struct bt_sts_key_id *id)
{
	return read_small(text, 0, 3, &id->kt);
}

static bool read_ken(const char *text, struct bt_sts_key_id *id)
{
	return read_small(text, 0, 255, &id->ken);
}

static bool read_ti(const char *text, struct bt_sts_key_id *id)
{
	return bt_token_read_code(text, id->ti);
}

static bool read_ea(const char *text, struct bt_sts_key_id *id)
{
	return bt_token_read_code(text, id->ea) && bt_sts_cipher_find(id->ea);
}

static bool read_dkga(const char *text, struct bt_sts_key_id *id)
{
	return bt_token_read_code(text, id->dkga) && id->dkga[0] == '0' && id->dkga[1] >= '1' && id->dkga[1] <= '4';
}

static bool read_base(const char *text, struct bt_sts_key_id *id)
{
	uint32_t year;

	if (!bt_token_read_number(text, 9999, &year) || !bt_sts_base_date_find((uint16_t)year))
		return false;
	id->base = (uint16_t)year;
	return true;
}

#define AT(member) offsetof(struct bt_token_args, member)

struct row {
	const char *option;
	size_t at; /* of its text in struct bt_token_args */
	bool (*read)(const char *text, struct bt_sts_key_id *id);
	const char *expected;
};

static const struct row held_rows[] = {
    {"--sgc", AT(sgc), read_sgc, "000000..999999"},
    {"--krn", AT(krn), read_krn, "1..9"},
    {"--kt", AT(kt), read_kt, "0..3"},
    {"--ti", AT(ti), read_ti, "00..99"},
    {"--ken", AT(ken), read_ken, "0..255"},
    {"--base", AT(base), read_base, "1993, 2014, 2035"},
    {"--ea", AT(ea), read_ea, "07, 11"},
    {"--dkga", AT(dkga), read_dkga, "02, 04"},
    {NULL, 0, NULL, NULL},
};

static const struct row change_rows[] = {
    {"--to-sgc", AT(to_sgc), read_sgc, "000000..999999"},
    {"--to-krn", AT(to_krn), read_krn, "1..9"},
    {"--to-kt", AT(to_kt), read_kt, "0..3"},
    {"--to-ti", AT(to_ti), read_ti, "00..99"},
    {"--to-ken", AT(to_ken), read_ken, "0..255"},
    {"--to-base", AT(to_base), read_base, "1993, 2014, 2035"},
    {NULL, 0, NULL, NULL},
};

static enum bt_exit read_rows(const struct bt_command_env *env, const struct row *row, struct bt_sts_key_id *id)
{
	for (; row->option; row++) {
		const char *text = *(const char *const *)(const void *)((const char *)&env->args.token + row->at);

		if (text && !row->read(text, id))
			return bt_token_say_value(env, row->option, text, row->expected);
	}
	return BT_EXIT_DONE;
}

static enum bt_exit read_pan(const struct bt_command_env *env, const char *meter, char pan[BT_STS_PAN_CAP])
{
	enum bt_err err;

	if (strlen(meter) == BT_STS_PAN_CAP - 1) {
		err = bt_sts_pan_check(meter);
		if (!err)
			bt_text_copy(pan, BT_STS_PAN_CAP, meter);
	} else {
		err = bt_sts_pan_of_drn(meter, pan);
	}
	if (bt_sts_is_mistyped(meter)) {
		bt_command_say(env, N_("The meter number has a typing mistake."), NULL, NULL);
		return BT_EXIT_USAGE;
	}
	return err ? bt_token_say_value(env, "--meter", meter, "11, 13, 18: 0..9") : BT_EXIT_DONE;
}

enum bt_exit bt_token_meter_read(const struct bt_command_env *env, struct bt_token_meter *out)
{
	const struct bt_token_args *args = &env->args.token;
	struct bt_token_meter meter = {.id = {.kt = 2, .ken = 255, .base = 2014}};
	enum bt_exit code = read_rows(env, held_rows, &meter.id);

	if (!code && args->meter)
		code = read_pan(env, args->meter, meter.pan);
	if (code)
		return code;
	meter.named = args->sgc && args->krn && args->ti;
	*out = meter;
	return BT_EXIT_DONE;
}

enum bt_exit bt_token_meter_change(const struct bt_command_env *env, const struct bt_token_meter *held,
				   struct bt_token_meter *out)
{
	struct bt_token_meter meter = *held;
	enum bt_exit code = read_rows(env, change_rows, &meter.id);

	if (!code)
		*out = meter;
	return code;
}

/* ---- its key ---- */

#define MODULE_OPTION  "--vending-key"
#define MODULE_WAIT_MS 30000

/* Where a key comes from: the options, only one of which is given. */
struct source {
	const char *vending_option, *vending, *decoder_option, *decoder;
	const char *module; /* pkcs11:... */
};

static enum bt_exit say_key(const struct bt_command_env *env, const char *option, const char *digits)
{
	bt_command_say(env, N_("The key of {1} cannot be used: hex digits, {2} of them."), option, digits);
	return BT_EXIT_USAGE;
}

static enum bt_exit read_hex(const struct bt_command_env *env, const char *option, const char *path,
			     uint8_t out[KEY_MAX], size_t *len)
{
	struct bt_secret text = {0};
	enum bt_err err = bt_secret_read_file(strcmp(path, "-") == 0 ? "/dev/stdin" : path, &text, NULL);
	char hex[2 * KEY_MAX + 1];

	if (err == BT_ENOTFOUND) {
		bt_command_say(env, N_("The file is not there: {1}."), path, NULL);
		return BT_EXIT_USAGE;
	}
	while (!err && text.len && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
		text.len--;
	if (!err && (text.len > 2 * KEY_MAX || text.len % 2))
		err = BT_EINPUT;
	if (!err) {
		memcpy(hex, text.data, text.len);
		hex[text.len] = '\0';
		*len = text.len / 2;
		err = bt_hex_decode(hex, out, *len);
		explicit_bzero(hex, sizeof hex);
	}
	bt_secret_wipe(&text);
	return err ? say_key(env, option, "16, 32, 40") : BT_EXIT_DONE;
}

static enum bt_exit check_supported(const struct bt_command_env *env, const struct bt_sts_key_id *id)
{
	const char *refusal = id->dkga[0] ? bt_sts_key_id_refusal(id) : bt_sts_cipher_find(id->ea)->refusal;

	return refusal ? bt_token_say_unsupported(env, refusal) : BT_EXIT_DONE;
}

static const char *find_missing(const struct bt_token_meter *meter)
{
	if (!meter->pan[0])
		return "--meter";
	if (!meter->named)
		return "--sgc, --krn, --ti";
	return meter->id.ea[0] ? NULL : "--ea";
}

static enum bt_exit derive(const struct bt_command_env *env, const struct source *source, struct bt_token_meter *meter,
			   const uint8_t *key, size_t len, struct bt_sts_decoder_key *out)
{
	struct bt_sts_deriver *deriver = NULL;
	enum bt_exit code;
	enum bt_err err;

	if (!meter->id.dkga[0])
		bt_text_copy(meter->id.dkga, sizeof meter->id.dkga, len == BT_STS_DKGA02_KEY_LEN ? "02" : "04");
	code = check_supported(env, &meter->id);
	if (code)
		return code;
	if (len != (strcmp(meter->id.dkga, "02") == 0 ? BT_STS_DKGA02_KEY_LEN : BT_STS_DKGA04_KEY_LEN))
		return say_key(env, source->vending_option, strcmp(meter->id.dkga, "02") == 0 ? "16" : "40");
	err = bt_sts_deriver_open((struct bt_bytes){key, len}, &deriver);
	if (!err)
		err = bt_sts_derive(deriver, meter->pan, &meter->id, out);
	bt_sts_deriver_close(deriver);
	if (err)
		bt_command_say(env, N_("Not possible now: {1}."), bt_err_text(err), NULL);
	return err ? BT_EXIT_REFUSED : BT_EXIT_DONE;
}

static enum bt_exit read_vending(const struct bt_command_env *env, const struct source *source,
				 struct bt_token_meter *meter, struct bt_sts_decoder_key *out)
{
	const char *missing = find_missing(meter);
	uint8_t key[KEY_MAX];
	size_t len = 0;
	enum bt_exit code;

	if (missing)
		return bt_token_say_missing(env, missing);
	code = check_supported(env, &meter->id);
	if (code)
		return code;
	code = read_hex(env, source->vending_option, source->vending, key, &len);
	if (!code)
		code = derive(env, source, meter, key, len, out);
	explicit_bzero(key, sizeof key);
	return code;
}

static enum bt_exit read_decoder(const struct bt_command_env *env, const struct source *source,
				 struct bt_token_meter *meter, struct bt_sts_decoder_key *out)
{
	const struct bt_sts_cipher *cipher = bt_sts_cipher_find(meter->id.ea);
	uint8_t key[KEY_MAX];
	size_t len = 0;
	enum bt_exit code;

	if (cipher && cipher->refusal)
		return bt_token_say_unsupported(env, cipher->refusal);
	code = read_hex(env, source->decoder_option, source->decoder, key, &len);
	if (!code && ((cipher && len != cipher->key_len) || (len != 8 && len != 16)))
		code = say_key(env, source->decoder_option, cipher ? cipher->key_len == 8 ? "16" : "32" : "16, 32");
	if (!code) {
		memcpy(out->bytes, key, len);
		out->len = (uint8_t)len;
		bt_text_copy(meter->id.ea, sizeof meter->id.ea, len == 8 ? "07" : "11");
	}
	explicit_bzero(key, sizeof key);
	return code;
}

/* The file that the URI names, else the one of the command line. */
static enum bt_exit read_pin(const struct bt_command_env *env, const char *uri, struct bt_secret *out)
{
	char path[1024];
	enum bt_err err = bt_hsm_pin_source(uri, path, sizeof path);

	if (err == BT_ENOTFOUND && !env->args.passphrase_file)
		return bt_token_say_missing(env, "--passphrase-file");
	if (err == BT_ENOTFOUND)
		err = bt_text_copy(path, sizeof path, env->args.passphrase_file);
	if (err) /* not told what it was: it may carry a PIN */
		return bt_token_say_value(env, MODULE_OPTION, NULL, "pkcs11:...");
	if (bt_secret_read_file(path, out, NULL) == BT_OK)
		return BT_EXIT_DONE;
	bt_command_say(env, N_("The file is not there: {1}."), path, NULL);
	return BT_EXIT_USAGE;
}

/* The module derives; the key revision that is meant stands in the meter's identity. */
static enum bt_exit read_module(const struct bt_command_env *env, const char *uri, struct bt_token_meter *meter,
				struct bt_sts_decoder_key *out)
{
	const char *missing = find_missing(meter);
	struct bt_secret pin = {0};
	struct bt_fault fault = {0};
	struct bt_hsm *hsm = NULL;
	enum bt_exit code = missing ? bt_token_say_missing(env, missing) : check_supported(env, &meter->id);
	enum bt_err err;

	if (!code)
		code = read_pin(env, uri, &pin);
	if (code)
		return code;
	if (!meter->id.dkga[0])
		bt_text_copy(meter->id.dkga, sizeof meter->id.dkga, "04");
	err = bt_hsm_open(uri, (struct bt_bytes){pin.data, pin.len}, &hsm, &fault);
	if (!err)
		err = bt_hsm_derive(hsm, meter->pan, &meter->id, MODULE_WAIT_MS, out, &fault);
	bt_hsm_close(hsm);
	bt_secret_wipe(&pin);
	if (err)
		bt_command_say(env, N_("Not possible now: {1}."), fault.what, NULL);
	return err ? BT_EXIT_REFUSED : BT_EXIT_DONE;
}

static enum bt_exit read_key(const struct bt_command_env *env, const struct source *source,
			     struct bt_token_meter *meter, struct bt_sts_decoder_key *out)
{
	if (source->vending && source->decoder)
		return bt_token_say_value(env, source->vending_option, source->decoder_option, "1");
	if (source->module && (source->vending || source->decoder))
		return bt_token_say_value(env, MODULE_OPTION,
					  source->vending ? source->vending_option : source->decoder_option, "1");
	if (source->module)
		return read_module(env, source->module, meter, out);
	if (source->vending)
		return read_vending(env, source, meter, out);
	if (source->decoder)
		return read_decoder(env, source, meter, out);
	bt_command_say(env, N_("A key is needed: {1} or {2}."), source->vending_option, source->decoder_option);
	return BT_EXIT_USAGE;
}

enum bt_exit bt_token_key_read(const struct bt_command_env *env, struct bt_token_meter *meter,
			       struct bt_sts_decoder_key *out)
{
	const struct bt_token_args *args = &env->args.token;
	const struct source source = {"--vending-key-file", args->vending_key_file, "--decoder-key-file",
				      args->decoder_key_file, args->vending_key};

	return read_key(env, &source, meter, out);
}

enum bt_exit bt_token_new_key_read(const struct bt_command_env *env, struct bt_token_meter *meter,
				   struct bt_sts_decoder_key *out)
{
	const struct bt_token_args *args = &env->args.token;
	const char *held = args->vending_key_file ? args->vending_key_file : args->decoder_key_file;
	struct source source = {"--to-vending-key-file", args->to_vending_key_file, "--to-decoder-key-file",
				args->to_decoder_key_file, NULL};
	const char *path;

	/* Another tariff or key number under the same vending key is the usual change. */
	if (!source.vending && !source.decoder) {
		source.vending = args->vending_key_file;
		source.module = args->vending_key;
	}
	path = source.vending ? source.vending : source.decoder;
	if (path && held && strcmp(path, "-") == 0 && strcmp(held, "-") == 0)
		return bt_token_say_value(env, source.vending_option, "-", "FILE");
	return read_key(env, &source, meter, out);
}
