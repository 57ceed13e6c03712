/* batti token batch: a file of rows through token_row, in bounded memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ui/command/token.h"
#include "ui/command/token_row.h"

#define IN_CAP  65536
#define OUT_CAP 65536

/* All that one run holds; most of it has seen keys. */
struct batch {
	int in;
	char input[IN_CAP];
	size_t len;    /* bytes of input that wait for the end of their line */
	bool skipping; /* the rest of a line longer than any row, answered already */
	bool begun;
	uint64_t bad;
	struct bt_token_maker *maker;
	struct bt_token_row row;
	char output[OUT_CAP];
	size_t out_len;
};

static bool flush(struct batch *batch)
{
	size_t done = 0;

	while (done < batch->out_len) {
		ssize_t wrote = write(STDOUT_FILENO, batch->output + done, batch->out_len - done);

		if (wrote < 0 && errno != EINTR)
			return false;
		done += wrote > 0 ? (size_t)wrote : 0;
	}
	batch->out_len = 0;
	return true;
}

static bool take_line(struct batch *batch, const char *line, size_t len)
{
	if (len && line[len - 1] == '\r')
		len--;
	if (!bt_token_row_make(&batch->row, batch->maker, (struct bt_bytes){(const uint8_t *)line, len}, !batch->begun))
		batch->bad++;
	batch->begun = true;
	if (batch->row.len > sizeof batch->output - batch->out_len && !flush(batch))
		return false;
	memcpy(batch->output + batch->out_len, batch->row.out, batch->row.len);
	batch->out_len += batch->row.len;
	return true;
}

/* Every whole line of the input; what is left moves to its start. */
static bool take_lines(struct batch *batch)
{
	char *at = batch->input, *end = batch->input + batch->len, *stop;

	for (; (stop = memchr(at, '\n', (size_t)(end - at))); at = stop + 1) {
		if (!batch->skipping && !take_line(batch, at, (size_t)(stop - at)))
			return false;
		batch->skipping = false;
	}
	batch->len = (size_t)(end - at);
	memmove(batch->input, at, batch->len);
	if (batch->len == sizeof batch->input) { /* a full buffer and no end of line in it */
		if (!batch->skipping && !take_line(batch, batch->input, batch->len))
			return false;
		batch->skipping = true;
		batch->len = 0;
	}
	return true;
}

static bool pump(struct batch *batch)
{
	for (;;) {
		ssize_t got = read(batch->in, batch->input + batch->len, sizeof batch->input - batch->len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got == 0)
			break;
		batch->len += (size_t)got;
		if (!take_lines(batch) || !flush(batch))
			return false;
	}
	return (batch->skipping || batch->len == 0 || take_line(batch, batch->input, batch->len)) && flush(batch);
}

static enum bt_exit report(const struct bt_command_env *env, const struct batch *batch, bool whole)
{
	char count[24];

	snprintf(count, sizeof count, "%llu", (unsigned long long)batch->bad);
	if (batch->bad)
		bt_command_say(env, N_("{1} rows could not be made."), count, NULL);
	if (!whole) {
		bt_command_say(env, N_("Cut short: the file cannot be read, or the answer cannot be written."), NULL,
			       NULL);
		return (enum bt_exit)BT_TOKEN_CUT_SHORT;
	}
	return (enum bt_exit)(batch->bad < BT_TOKEN_COUNT_MAX ? batch->bad : BT_TOKEN_COUNT_MAX);
}

static enum bt_exit run_batch(const struct bt_command_env *env, int in, const struct bt_sta *sta)
{
	struct batch *batch = calloc(1, sizeof *batch);
	enum bt_exit code = BT_EXIT_REFUSED;

	if (batch && bt_token_maker_open(sta, &batch->maker) == BT_OK) {
		batch->in = in;
		code = report(env, batch, pump(batch));
		bt_token_maker_close(batch->maker);
	} else {
		bt_command_say(env, N_("Not possible now: {1}."), bt_err_text(BT_ENOMEM), NULL);
	}
	if (batch)
		explicit_bzero(batch, sizeof *batch);
	free(batch);
	return code;
}

enum bt_exit bt_token_batch(struct bt_command_env *env)
{
	const char *path = env->args.count > 1 ? env->args.words[1] : "-";
	struct bt_sta *sta = NULL;
	int in = STDIN_FILENO;
	enum bt_exit code;

	if (env->args.count > 2)
		return bt_token_say_value(env, "token batch", env->args.words[2], "FILE");
	if (strcmp(path, "-") != 0)
		in = open(path, O_RDONLY | O_CLOEXEC);
	if (in < 0) {
		bt_command_say(env, N_("The file is not there: {1}."), path, NULL);
		return BT_EXIT_USAGE;
	}
	code = bt_token_tables(env, &sta);
	if (!code)
		code = run_batch(env, in, sta);
	free(sta);
	if (in != STDIN_FILENO)
		close(in);
	return code;
}
