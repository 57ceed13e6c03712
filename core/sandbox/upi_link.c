#include "core/sandbox/upi_link.h"

#include <stdio.h>
#include <string.h>

#include "core/sandbox/bytes.h"

#define SCHEME     "upi://pay?"
#define PAYEE      "sbpdcl@upi"
#define NAME       "SBPDCL"
#define UTILITIES  4900 /* merchant category */
#define RUPEES_MAX INT64_C(1000000000)

bool bt_sbx_upi_link_make(const char *reference, int64_t paise, const char *note, char *out, size_t cap)
{
	int len = snprintf(out, cap, SCHEME "pa=" PAYEE "&pn=" NAME "&tr=%s&am=%lld.%02lld&cu=INR&mc=%d&tn=%s",
			   reference, (long long)(paise / 100), (long long)(paise % 100), UTILITIES, note);
	return len > 0 && (size_t)len < cap;
}

/* The value of one field, up to the next. */
static bool find_field(const char *text, const char *name, char *out, size_t cap)
{
	size_t name_len = strlen(name);
	const char *at = text + strlen(SCHEME);
	for (;;) {
		size_t len = strcspn(at, "&");
		if (len > name_len && strncmp(at, name, name_len) == 0 && at[name_len] == '=') {
			int written = snprintf(out, cap, "%.*s", (int)(len - name_len - 1), at + name_len + 1);
			return written > 0 && (size_t)written < cap;
		}
		if (!at[len])
			return false;
		at += len + 1;
	}
}

static bool read_amount(const char *text, int64_t *paise)
{
	int64_t rupees = 0;
	int64_t rest = 0;
	char whole[16];
	const char *point = strchr(text, '.');
	size_t len = point ? (size_t)(point - text) : 0;
	if (!point || len == 0 || len >= sizeof whole || strlen(point + 1) != 2)
		return false;
	memcpy(whole, text, len);
	whole[len] = '\0';
	if (!bt_sbx_number_parse(whole, 0, RUPEES_MAX, &rupees) || !bt_sbx_number_parse(point + 1, 0, 99, &rest))
		return false;
	*paise = rupees * 100 + rest;
	return true;
}

bool bt_sbx_upi_link_read(const char *text, char *reference, size_t cap, int64_t *paise)
{
	char amount[24];
	return strncmp(text, SCHEME, strlen(SCHEME)) == 0 && find_field(text, "tr", reference, cap) &&
	       find_field(text, "am", amount, sizeof amount) && read_amount(amount, paise);
}
