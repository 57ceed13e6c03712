/* The lessons of training behind the table the screens know (ui/screen/shop_practice.h): they are judged by what the
 * record holds of the recharges taken since one began. */
#include <string.h>

#include "ui/counter_parts.h"
#include "ui/training.h"

static const struct bt_counter_practice at_start = {.lesson = BT_NO_LESSON, .finished = BT_NO_LESSON, .asks = true};

void bt_counter_open_practice(struct bt_counter *counter)
{
	struct bt_fault fault = {0};

	counter->practice = at_start;
	if (counter->training && bt_training_people(counter->training, counter->practice.people, &fault) != BT_OK) {
		bt_log_line(counter->log, "training", "no lessons: %s", fault.what);
		counter->practice.asks = false;
	}
	counter->practice.has_people = counter->practice.people[0].number[0] != '\0';
}

/* What the shop was asked to show: a token that stood on the screen was seen. */
void bt_counter_note_shown(struct bt_counter *counter, const struct bt_sale_view *view)
{
	struct bt_counter_practice *practice = &counter->practice;

	if (!counter->training || practice->lesson == BT_NO_LESSON || !view->token[0] ||
	    strcmp(practice->shown, view->sale.sale_id) == 0)
		return;
	bt_text_copy(practice->shown, sizeof practice->shown, view->sale.sale_id);
	practice->is_stale = true;
}

static bool is_open(const struct bt_sale_row *row)
{
	return row->stage == BT_STAGE_PENDING || row->stage == BT_STAGE_INQUIRING;
}

static void read_fact(struct bt_counter *counter, const struct bt_sale_row *row, struct bt_lesson_fact *out)
{
	struct bt_counter_practice *practice = &counter->practice;
	struct bt_sale_view view;

	*out = (struct bt_lesson_fact){.amount = row->amount, .dues = row->dues, .given = row->amount, .is_cash = true};
	bt_text_copy(out->number, sizeof out->number, row->connection);
	if (bt_teller_view(counter->teller, row->sale_id, &view) == BT_OK && view.sale.tender_count) {
		out->given = view.sale.tenders[0].given;
		out->is_cash = strcmp(view.sale.tenders[0].kind, "cash") == 0;
	}
	out->is_delivered = row->stage == BT_STAGE_TOKENED || row->stage == BT_STAGE_CREDITED;
	out->is_back = row->stage == BT_STAGE_REFUNDING || row->stage == BT_STAGE_REFUNDED ||
		       row->stage == BT_STAGE_ABANDONED || row->stage == BT_STAGE_REFUSED;
	out->made_here = row->made_here;
	if (is_open(row))
		bt_text_copy(practice->was_open, sizeof practice->was_open, row->sale_id);
	out->was_open = strcmp(practice->was_open, row->sale_id) == 0;
	out->was_shown = strcmp(practice->shown, row->sale_id) == 0;
}

/* Newest first, those taken since the lesson began. */
static int read_facts(struct bt_counter *counter, struct bt_lesson_fact out[BT_PRACTICE_FACTS])
{
	struct bt_sale_row rows[BT_PRACTICE_FACTS];
	int count = 0, used = 0;

	if (bt_journal_sales(counter->journal, BT_SALES_ALL, NULL, BT_PRACTICE_FACTS, rows, &count) != BT_OK)
		return 0;
	while (used < count && rows[used].paid_seq > counter->practice.begun_seq) {
		read_fact(counter, &rows[used], &out[used]);
		used++;
	}
	return used;
}

static void finish(struct bt_counter_practice *practice)
{
	practice->done[practice->lesson] = true;
	practice->finished = practice->lesson;
	practice->lesson = BT_NO_LESSON;
	practice->asks = true;
}

static void judge(struct bt_counter *counter)
{
	struct bt_counter_practice *practice = &counter->practice;
	struct bt_lesson_fact facts[BT_PRACTICE_FACTS];
	int count = read_facts(counter, facts);

	practice->is_stale = false;
	practice->verdict = bt_lesson_judge((enum bt_lesson_id)practice->lesson,
					    practice->people[practice->lesson].number, facts, count);
	bt_training_serve(counter->training,
			  !bt_lessons[practice->lesson].is_away || practice->verdict.step >= BT_LESSON_HALF);
	if (practice->verdict.step == BT_LESSON_DONE)
		finish(practice);
}

bool bt_counter_turn_practice(struct bt_counter *counter, bool changed)
{
	struct bt_counter_practice *practice = &counter->practice;

	if (!counter->training)
		return false;
	if (bt_training_step(counter->training))
		bt_sync_kick(counter->sync);
	if (practice->lesson == BT_NO_LESSON || !(changed || practice->is_stale))
		return false;
	judge(counter);
	return true;
}

static void state(void *self, struct bt_ui_practice_state *out)
{
	const struct bt_counter_practice *practice = &((struct bt_counter *)self)->practice;

	*out = (struct bt_ui_practice_state){.lesson = practice->lesson,
					     .finished = practice->finished,
					     .verdict = practice->verdict,
					     .asks = practice->asks};
	memcpy(out->done, practice->done, sizeof out->done);
	if (practice->lesson != BT_NO_LESSON)
		out->person = practice->people[practice->lesson];
}

static void begin(void *self, int lesson)
{
	struct bt_counter *counter = self;
	struct bt_counter_practice *practice = &counter->practice;
	struct bt_sale_row row;
	int count = 0;

	if (lesson < 0 || lesson >= BT_LESSONS || !practice->has_people)
		return;
	practice->begun_seq = 0;
	if (bt_journal_sales(counter->journal, BT_SALES_ALL, NULL, 1, &row, &count) == BT_OK && count)
		practice->begun_seq = row.paid_seq;
	practice->lesson = lesson;
	practice->finished = BT_NO_LESSON;
	practice->asks = false;
	practice->verdict = (struct bt_lesson_verdict){.step = BT_LESSON_BEGUN};
	bt_training_serve(counter->training, !bt_lessons[lesson].is_away);
}

static void leave(void *self)
{
	struct bt_counter *counter = self;

	counter->practice.lesson = counter->practice.finished = BT_NO_LESSON;
	counter->practice.asks = false;
	bt_training_serve(counter->training, true);
}

const struct bt_ui_practice bt_counter_practice_shop = {.state = state, .begin = begin, .leave = leave};
