#include "core/base/err.h"

#include <stdarg.h>
#include <stdio.h>

struct err_row {
	const char *name;
	enum bt_fate fate;
	const char *text;
};

static const struct err_row rows[BT_ERR_COUNT] = {
#define ERR_ROW(id, fate_id, sentence) [id] = {.name = #id, .fate = BT_FATE_##fate_id, .text = sentence},
    BT_ERRORS(ERR_ROW)
#undef ERR_ROW
};

static const struct err_row *find_row(enum bt_err err)
{
	return (unsigned)err < BT_ERR_COUNT ? &rows[err] : &rows[BT_ECORRUPT];
}

enum bt_fate bt_err_fate(enum bt_err err)
{
	return find_row(err)->fate;
}

const char *bt_err_name(enum bt_err err)
{
	return find_row(err)->name;
}

const char *bt_err_text(enum bt_err err)
{
	return find_row(err)->text;
}

enum bt_err bt_fault_set(struct bt_fault *fault, enum bt_err err, int sys, const char *format, ...)
{
	if (fault) {
		va_list args;

		fault->err = err;
		fault->sys = sys;
		va_start(args, format);
		vsnprintf(fault->what, sizeof fault->what, format, args);
		va_end(args);
	}
	return err;
}
