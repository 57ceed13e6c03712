/* A shop that is only data: the people and figures of the screen mock-ups, in memory, with no journal behind it.
 *
 * Time stands still at Fri 21 Nov 2025, 11:42 in India unless a test moves it. A sale becomes what `next_state` says as
 * soon as it is paid, or stays VENDING until a test changes `view`. */
#ifndef BT_TEST_FAKE_SHOP_H
#define BT_TEST_FAKE_SHOP_H

#include <string.h>

#include "core/receipt/record.h"
#include "ui/screen/shop.h"

/* As long as a signed record is. */
#define FAKE_PROOF                                                                                                     \
	"RC1:A70000%.HRLK0.QBN7QSG19R%712M4HB0C60R7HJD40030-0U E000000000100I%F*MELS0PL8EGJC-GZ90YND8K8K296%31-D-"     \
	"0O:EP4.7+KO8EC-R8*/OCVGFGFQ*H6BP.RSIA2$*PM7BANQKSIY+K8FIJ+T$EAPOJOGHDC7FPCTWL63MXU0M%L+O4"

#define FAKE_TOKEN   "44170823915622607384"
#define FAKE_SLIP    FAKE_TOKEN " " FAKE_PROOF /* of a receipt that has a token: its digits come first */
#define FAKE_HOUR_MS INT64_C(3600000)

struct fake_shop {
	enum bt_docket_found docket_found;
	struct bt_docket_view docket_view;
	char docket_text[260];
	int docket_finishes;
	struct bt_ui_shop shop;
	struct bt_ui_status status;
	struct bt_enrolment enrolment;
	struct bt_tariff tariff;
	struct bt_consumer people[4]; /* as the list rows show them */
	struct bt_consumer ramesh;    /* as his card shows him */
	struct bt_sale_row history[5];
	int history_count;
	struct bt_account account;
	enum bt_err account_err; /* BT_OK: it is known */
	bt_paise cash_today, cash_elsewhere, cash_day_limit;
	enum bt_err cash_err;
	bool drawer_is_full;
	struct bt_consumer other; /* the connection that account names */
	struct bt_sale_row open[300];
	int open_count;
	bool sending; /* the system page shows a drain under way */
	struct bt_sale_view view;
	enum bt_sale_state next_state;
	enum bt_outlook outlook;
	enum bt_denial denial;
	bt_paise least_asked; /* the smallest amount an outlook was wanted for */
	int repeat;
	enum bt_sale_state finish_state;
	enum bt_err live, pay_err, finish_err;
	enum bt_ui_job job;
	bool checking;
	bool no_proof;
	enum bt_err order_err;
	enum bt_denial order_denial;
	char approver[24], reason[24], docket[260];
	int agrees, take_ups, orders;
	int pays, issues, reprints, look_ups, proofs, finishes;
	struct bt_draft paid;
	char reprinted[37];
	enum bt_err reprint_err; /* for as long as nobody says why */
	enum bt_reprint reprint_said;
	int drawers;
	char fault[16];
	bool no_limit; /* nothing could be extended */
	struct bt_ui_extension extension;
	int tries_left;
	char code[24];
	int64_t clock_offset_ms;
	char clock_word_of[24];
};

static inline struct bt_dual fake_dual(const char *en, const char *hi)
{
	struct bt_dual dual;
	memset(&dual, 0, sizeof(dual));
	(void)bt_text_copy(dual.en, sizeof(dual.en), en);
	(void)bt_text_copy(dual.hi, sizeof(dual.hi), hi);
	return dual;
}

/** Milliseconds of a time in India. */
static inline int64_t fake_time(int year, int month, int day, int hour, int minute, int second)
{
	return bt_civil_to_ms(
	    (struct bt_civil){
		.year = year, .month = month, .day = day, .hour = hour, .minute = minute, .second = second},
	    BT_INDIA_OFFSET_MINUTES);
}

static inline const struct bt_tariff *fake_tariff(void *self)
{
	return &((struct fake_shop *)self)->tariff;
}

static inline void fake_status(void *self, struct bt_ui_status *out)
{
	*out = ((struct fake_shop *)self)->status;
}

static inline enum bt_err fake_search(void *self, const char *text, int max, struct bt_consumer *out, int *count,
				      bool *more)
{
	struct fake_shop *fake = self;
	char digits[64];
	size_t used = 0;
	*count = 0;
	*more = false;
	for (const char *at = text; *at && used + 1 < sizeof(digits); at++) {
		if (*at != ' ') {
			digits[used++] = *at;
		}
	}
	digits[used] = '\0';
	if (strncmp(fake->ramesh.number, digits, used) == 0) {
		out[0] = fake->ramesh;
		*count = 1;
		return BT_OK;
	}
	for (int i = 0; strncmp(text, "ram", 3) == 0 && i < 4 && i < max; i++) {
		out[i] = fake->people[i];
		*count = i + 1;
	}
	return BT_OK;
}

static inline void fake_look_up(void *self, const char *number)
{
	(void)number;
	((struct fake_shop *)self)->look_ups++;
}

static inline enum bt_err fake_live(void *self, const char *number, struct bt_consumer *out)
{
	struct fake_shop *fake = self;
	if (fake->live == BT_OK) {
		*out = fake->ramesh;
		(void)bt_text_copy(out->number, sizeof(out->number), number);
	}
	return fake->live;
}

/* Figures of the mock-ups; otherwise a plain rule that only has to be a rule. */
static inline enum bt_err fake_quote(void *self, const struct bt_consumer *consumer, bt_paise amount, bt_paise dues,
				     struct bt_quote *out)
{
	(void)self;
	bt_paise balance = amount - dues;
	memset(out, 0, sizeof(*out));
	out->amount = amount;
	out->dues = dues;
	out->month = consumer->month.of;
	out->fixed = consumer->month.fixed < balance ? consumer->month.fixed : balance;
	balance -= out->fixed;
	out->energy = balance * 4717 / 5000;
	out->duty = balance - out->energy;
	out->units = out->energy * 635 / 47170;
	if (amount == 100000 && dues == 30000) {
		out->duty = 4000;
		out->energy = 66000;
		out->units = 889;
	}
	out->free = out->month ? consumer->free_left : 0;
	out->units += out->free;
	return BT_OK;
}

static inline enum bt_outlook fake_outlook(void *self, const struct bt_consumer *consumer, bt_paise amount,
					   bt_paise dues, enum bt_denial *denial)
{
	struct fake_shop *fake = self;
	(void)dues;
	fake->least_asked = amount < fake->least_asked ? amount : fake->least_asked;
	*denial = fake->denial;
	return bt_consumer_is_blocked(consumer) ? BT_OUTLOOK_REFUSED : fake->outlook;
}

static inline int fake_repeat(void *self, const struct bt_consumer *consumer, bt_paise amount)
{
	(void)consumer;
	(void)amount;
	return ((struct fake_shop *)self)->repeat;
}

static inline enum bt_err fake_history(void *self, const struct bt_consumer *consumer, int max, struct bt_sale_row *out,
				       int *count)
{
	struct fake_shop *fake = self;
	(void)consumer;
	*count = fake->history_count < max ? fake->history_count : max;
	memcpy(out, fake->history, sizeof(*out) * (size_t)*count);
	return BT_OK;
}

static inline enum bt_err fake_account(void *self, const char *number, struct bt_account *out)
{
	struct fake_shop *fake = self;
	(void)number;
	if (fake->account_err == BT_OK) {
		*out = fake->account;
	}
	return fake->account_err;
}

static inline enum bt_err fake_connection(void *self, const char *number, struct bt_consumer *out)
{
	struct fake_shop *fake = self;
	if (strcmp(fake->other.number, number) != 0) {
		return BT_ENOTFOUND;
	}
	*out = fake->other;
	return BT_OK;
}

static inline enum bt_err fake_of_receipt(void *self, const char *text, struct bt_consumer *out)
{
	(void)text;
	*out = ((struct fake_shop *)self)->ramesh;
	return BT_OK;
}

static inline enum bt_cash_word fake_judge_cash(void *self, const struct bt_draft *draft, struct bt_cash_facts *out)
{
	struct fake_shop *fake = self;
	*out = (struct bt_cash_facts){.amount = draft->amount,
				      .today = fake->cash_today,
				      .elsewhere = fake->cash_elsewhere,
				      .day_limit = fake->cash_day_limit,
				      .ceiling = 5000000,
				      .drawer_is_full = fake->drawer_is_full};
	return fake->cash_err                                                ? BT_CASH_UNKNOWN
	       : out->today + out->elsewhere + out->amount >= out->day_limit ? BT_CASH_DAY
	       : out->drawer_is_full                                         ? BT_CASH_DRAWER
									     : BT_CASH_MAY;
}

static const struct bt_ui_accounts fake_accounts = {
    .find = fake_account, .connection = fake_connection, .of_receipt = fake_of_receipt, .judge_cash = fake_judge_cash};

static inline enum bt_err fake_pay(void *self, const struct bt_draft *draft, char sale_id[37])
{
	struct fake_shop *fake = self;
	if (fake->pay_err != BT_OK) {
		return fake->pay_err;
	}
	fake->pays++;
	fake->paid = *draft;
	fake->view.state = fake->next_state;
	(void)bt_text_copy(sale_id, 37, "0192f000-0000-7000-8000-000000000001");
	return BT_OK;
}

static inline enum bt_err fake_view(void *self, const char *sale_id, struct bt_sale_view *out)
{
	(void)sale_id;
	*out = ((struct fake_shop *)self)->view;
	if (out->state != BT_SALE_TOKENED && out->state != BT_SALE_DONE) {
		out->token[0] = '\0';
	}
	return BT_OK;
}

static inline enum bt_err fake_proof(void *self, const char *sale_id, char *out, size_t cap)
{
	struct fake_shop *fake = self;
	(void)sale_id;
	fake->proofs++;
	return fake->no_proof ? BT_ENOTFOUND : bt_text_copy(out, cap, FAKE_PROOF);
}

static inline enum bt_err fake_issue_now(void *self, const char *sale_id)
{
	struct fake_shop *fake = self;
	(void)sale_id;
	fake->issues++;
	fake->view.state = BT_SALE_TOKENED;
	fake->view.made_here = true;
	return BT_OK;
}

static inline enum bt_err fake_finish(void *self, const char *sale_id)
{
	struct fake_shop *fake = self;
	(void)sale_id;
	fake->finishes++;
	if (fake->finish_err == BT_OK) {
		fake->view.state = fake->finish_state;
	}
	return fake->finish_err;
}

static inline enum bt_err fake_reprint(void *self, const char *sale_id, enum bt_reprint said)
{
	struct fake_shop *fake = self;
	if (fake->reprint_err != BT_OK && said == BT_REPRINT_UNSAID) {
		return fake->reprint_err;
	}
	(void)bt_text_copy(fake->reprinted, sizeof(fake->reprinted), sale_id);
	fake->reprint_said = said;
	fake->reprints++;
	return BT_OK;
}

static inline enum bt_err fake_paper_seen(void *self, const char *sale_id)
{
	(void)sale_id;
	((struct fake_shop *)self)->view.printing = BT_PRINTING_DONE;
	return BT_OK;
}

static inline enum bt_err fake_agree(void *self, const char *sale_id)
{
	struct fake_shop *fake = self;
	(void)sale_id;
	fake->agrees++;
	fake->view.state = BT_SALE_VENDING;
	return BT_OK;
}

static inline bool fake_cut_off(void *self, char sale_id[37])
{
	struct fake_shop *fake = self;
	(void)bt_text_copy(sale_id, 37, fake->view.cut_off ? "0192f000-0000-7000-8000-000000000001" : "");
	return fake->view.cut_off;
}

static inline enum bt_err fake_take_up(void *self, const char *sale_id)
{
	struct fake_shop *fake = self;
	(void)sale_id;
	fake->take_ups++;
	fake->view.cut_off = false;
	fake->view.state = BT_SALE_TOKENED;
	return BT_OK;
}

static inline enum bt_err fake_let_wait(void *self, const char *sale_id)
{
	struct fake_shop *fake = self;
	(void)sale_id;
	fake->view.cut_off = false;
	fake->view.state = BT_SALE_PENDING;
	return BT_OK;
}

static inline void fake_approve(void *self, const char *operator_id, const char *pin)
{
	struct fake_shop *fake = self;
	(void)bt_text_copy(fake->approver, sizeof(fake->approver), operator_id);
	fake->job = strcmp(pin, "1234") == 0 ? BT_UI_JOB_GOOD : BT_UI_JOB_WRONG;
}

static inline enum bt_err fake_order(struct fake_shop *fake, const struct bt_approval *approval, enum bt_denial *denial,
				     enum bt_sale_state next)
{
	*denial = fake->order_denial;
	(void)bt_text_copy(fake->reason, sizeof(fake->reason), approval->reason);
	(void)bt_text_copy(fake->docket, sizeof(fake->docket), approval->docket);
	if (fake->order_err == BT_OK) {
		fake->orders++;
		fake->view.state = next;
		fake->view.cut_off = false;
		(void)bt_text_copy(fake->view.approved_by, sizeof(fake->view.approved_by), approval->by);
	}
	return fake->order_err;
}

static inline enum bt_err fake_refund(void *self, const char *sale_id, const struct bt_approval *approval,
				      enum bt_denial *denial)
{
	(void)sale_id;
	return fake_order(self, approval, denial, BT_SALE_REFUNDING);
}

static inline enum bt_err fake_abandon(void *self, const char *sale_id, const struct bt_approval *approval,
				       enum bt_denial *denial)
{
	(void)sale_id;
	return fake_order(self, approval, denial, BT_SALE_ABANDONED);
}

static inline enum bt_err fake_make_anyway(void *self, const char *sale_id, const struct bt_approval *approval,
					   enum bt_denial *denial)
{
	(void)sale_id;
	return fake_order(self, approval, denial, BT_SALE_TOKENED);
}

static inline enum bt_err fake_open_drawer(void *self, const char *sale_id, const struct bt_approval *approval,
					   enum bt_denial *denial)
{
	struct fake_shop *fake = self;
	(void)sale_id;
	*denial = BT_DENY_NONE;
	(void)bt_text_copy(fake->reason, sizeof(fake->reason), approval->reason);
	fake->drawers++;
	return fake->order_err;
}

static inline enum bt_docket_found fake_docket(void *self, const char *text, char own_sale_id[37])
{
	struct fake_shop *fake = self;
	bool is_number = strncmp(text, "D-", 2) == 0 || bt_record_is(text);
	(void)bt_text_copy(fake->docket_text, sizeof(fake->docket_text), text);
	(void)bt_text_copy(own_sale_id, 37, "0192f000-0000-7000-8000-000000000001");
	return is_number ? fake->docket_found : BT_DOCKET_NOT;
}

static inline void fake_docket_view(void *self, struct bt_docket_view *out)
{
	*out = ((struct fake_shop *)self)->docket_view;
}

static inline enum bt_err fake_docket_finish(void *self)
{
	struct fake_shop *fake = self;
	fake->docket_finishes++;
	fake->docket_view.state = BT_DOCKET_ASKING;
	return BT_OK;
}

static inline enum bt_err fake_open_sales(void *self, int max, struct bt_sale_row *out, int *count)
{
	struct fake_shop *fake = self;
	*count = fake->open_count < max ? fake->open_count : max;
	memcpy(out, fake->open, sizeof(*out) * (size_t)*count);
	return BT_OK;
}

static inline void fake_newest(void *self, char sale_id[37])
{
	(void)self;
	(void)bt_text_copy(sale_id, 37, "0192f000-0000-7000-8000-000000000001");
}

static inline void fake_sign_in(void *self, const char *operator_id, const char *pin)
{
	struct fake_shop *fake = self;
	(void)operator_id;
	fake->job = strcmp(pin, "1234") == 0 ? BT_UI_JOB_GOOD : BT_UI_JOB_WRONG;
}

static inline void fake_unlock(void *self, const char *passphrase)
{
	struct fake_shop *fake = self;
	fake->job = strcmp(passphrase, "correct horse") == 0 ? BT_UI_JOB_GOOD : BT_UI_JOB_WRONG;
	fake->status.keys_locked = fake->status.keys_locked && fake->job != BT_UI_JOB_GOOD;
}

static inline enum bt_ui_job fake_job(void *self, int *tries_left, int64_t *wait_ms)
{
	struct fake_shop *fake = self;
	*tries_left = fake->tries_left;
	*wait_ms = 15 * 60000;
	return fake->job;
}

static inline void fake_sign_out(void *self)
{
	(void)self;
}

static inline bool fake_extension(void *self, struct bt_ui_extension *out)
{
	struct fake_shop *fake = self;
	*out = fake->no_limit ? (struct bt_ui_extension){.codes_left = 0} : fake->extension;
	return !fake->no_limit;
}

static inline void fake_extend(void *self, const char *code)
{
	struct fake_shop *fake = self;
	(void)bt_text_copy(fake->code, sizeof(fake->code), code);
}

static inline void fake_confirm_clock(void *self, const char *operator_id, const char *pin, int64_t offset_ms)
{
	struct fake_shop *fake = self;
	(void)bt_text_copy(fake->clock_word_of, sizeof(fake->clock_word_of), operator_id);
	fake->clock_offset_ms = offset_ms;
	fake->job = strcmp(pin, "1234") == 0 ? BT_UI_JOB_GOOD : BT_UI_JOB_WRONG;
	fake->status.clock_trusted = fake->status.clock_trusted || fake->job == BT_UI_JOB_GOOD;
}

static inline struct bt_sts_lane fake_lane(void *self)
{
	const struct fake_shop *fake = self;

	return fake->enrolment.lane;
}

static inline int fake_system(void *self, int max, struct bt_ui_system_line *out)
{
	static const struct {
		const char *label;
		int mark;
		const char *value, *hindi;
	} lines[] = {
	    {"Server", BT_UI_GOOD, "answers in 0.21 s, certificate till 12 Mar 2027",
	     "0.21 से. में जवाब, प्रमाणपत्र 12 मार्च 2027 तक"},
	    {"Clock", BT_UI_GOOD, "agrees with the server to 0.4 s", "सर्वर से 0.4 से. का फ़र्क़"},
	    {"Record", BT_UI_GOOD, "4,812 entries, none missing, none changed",
	     "4,812 प्रविष्टियाँ, सब पूरी, कोई बदली नहीं"},
	    {"Disk", BT_UI_GOOD, "18.4 GB free, last write 3 ms", "18.4 GB ख़ाली"},
	    {"Offline limit", BT_UI_GOOD, "till 25 Nov 00:41, ₹ 1,50,000", "25 नव. 00:41 तक, ₹ 1,50,000"},
	    {"Offline keys", BT_UI_GOOD, "open since 09:58 by A. K. Jha", "ए. के. झा ने 09:58 पर खोली"},
	    {"Consumers", BT_UI_WARN, "1,04,220 known, last updated 31 h ago", "1,04,220 दर्ज, 31 घंटे पहले की सूची"},
	    {"Tariff", BT_UI_GOOD, "BERC 2026-27, signed", "BERC 2026-27, हस्ताक्षर सही"},
	    {"Printer", BT_UI_GOOD, "TVS RP 3200, 80 mm, answers", "TVS RP 3200, 80 mm, चालू"},
	    {"Scanner", BT_UI_GOOD, "last scan 11:41", "पिछला स्कैन 11:41"},
	    {"Screen", BT_UI_GOOD, "Hindi columns agree, 256 colours", "हिन्दी खाने सही, 256 रंग"},
	    {"Second copy", BT_UI_BAD, "no second disk", "दूसरी डिस्क नहीं"},
	};
	static const struct bt_ui_system_line sending[] = {
	    {.label = "To send",
	     .mark = BT_UI_WARN,
	     .value = {"sales: 2,130, unsent since 09:12", "बिक्री: 2,130, 09:12 से नहीं गई"}},
	    {.label = "Sending",
	     .mark = BT_UI_GOOD,
	     .value = {"4,200 of 10,650 records", "10,650 में से 4,200 रिकॉर्ड"},
	     .part = 4200,
	     .whole = 10650},
	    {.label = "Not taken",
	     .mark = BT_UI_WARN,
	     .value = {"sales the server could not read: 1", "बिक्री जो सर्वर पढ़ नहीं पाया: 1"}},
	};
	int count = 0;
	if (((struct fake_shop *)self)->sending && max >= 3) {
		memcpy(out, sending, sizeof(sending));
		return 3;
	}
	for (; count < (int)(sizeof(lines) / sizeof(lines[0])) && count < max; count++) {
		out[count] = (struct bt_ui_system_line){.label = lines[count].label};
		out[count].mark = (unsigned)lines[count].mark;
		(void)bt_text_copy(out[count].value[BT_LANG_EN], 160, lines[count].value);
		(void)bt_text_copy(out[count].value[BT_LANG_HI], 160, lines[count].hindi);
	}
	return count;
}

static inline void fake_demo(void *self, const char *fault)
{
	struct fake_shop *fake = self;
	(void)bt_text_copy(fake->fault, sizeof(fake->fault), fault);
	fake->status.server = strcmp(fault, "down") == 0 ? BT_BREAKER_OFFLINE : BT_BREAKER_ONLINE;
}

static inline bool fake_step(void *self)
{
	(void)self;
	return false;
}

static inline int fake_due_ms(void *self)
{
	(void)self;
	return -1;
}

static inline int fake_fds(void *self, int *out, int max)
{
	(void)self;
	(void)out;
	(void)max;
	return 0;
}

static inline struct bt_consumer fake_person(const char *number, const char *meter, struct bt_dual name,
					     const char *relation, struct bt_dual relative, struct bt_dual place)
{
	struct bt_consumer person;
	memset(&person, 0, sizeof(person));
	(void)bt_text_copy(person.number, sizeof(person.number), number);
	(void)bt_text_copy(person.meter, sizeof(person.meter), meter);
	(void)bt_text_copy(person.relation, sizeof(person.relation), relation);
	person.name = name;
	person.relative = relative;
	person.place = place;
	person.takes_token = true;
	return person;
}

static inline void fake_people(struct fake_shop *fake)
{
	fake->ramesh =
	    fake_person("100244781560", "04740015298", fake_dual("Ramesh Kumar Singh", "रमेश कुमार सिंह"), "s/o",
			fake_dual("Mahesh Singh", "महेश सिंह"), fake_dual("Ward 7, Danapur", "वार्ड 7, दानापुर"));
	fake->ramesh.balance = -14230;
	fake->ramesh.balance_at_ms = fake_time(2025, 11, 21, 11, 40, 0);
	fake->ramesh.dues = 186000;
	fake->ramesh.dues_daily = 3100;
	fake->ramesh.free_left = 480;
	fake->ramesh.free_of = 1250;
	fake->ramesh.cut_from_ms = fake_time(2025, 11, 22, 10, 0, 0);
	fake->people[0] = fake->ramesh;
	fake->people[0].relative = fake_dual("Mahesh", "महेश");
	fake->people[1] =
	    fake_person("100244780417", "04740010417", fake_dual("Ramesh Kumar", "रमेश कुमार"), "s/o",
			fake_dual("Ram Prasad", "राम प्रसाद"), fake_dual("Gola Road, Danapur", "गोला रोड, दानापुर"));
	fake->people[2] =
	    fake_person("100244787731", "04740017731", fake_dual("Ramesh Prasad", "रमेश प्रसाद"), "s/o",
			fake_dual("Late Shiv N.", "स्व. शिव"), fake_dual("Khagaul, Danapur", "खगौल, दानापुर"));
	fake->people[3] = fake_person("100244781120", "04740011120", fake_dual("Rameshwar Sao", "रामेश्वर साव"), "s/o",
				      fake_dual("Bhola", "भोला"), fake_dual("Danapur Bazar", "दानापुर बाज़ार"));
}

static inline void fake_enrol(struct bt_enrolment *enrolment)
{
	static const struct {
		const char *id, *en, *hi, *short_en, *short_hi;
		enum bt_role role;
	} operators[] = {{"rina", "Rina Kumari", "रीना कुमारी", "Rina", "रीना", BT_ROLE_CLERK},
			 {"sanjay", "Sanjay Prasad", "संजय प्रसाद", "Sanjay", "संजय", BT_ROLE_CLERK},
			 {"jha", "A. K. Jha", "ए. के. झा", "Jha", "झा", BT_ROLE_SUPERVISOR}};
	(void)bt_text_copy(enrolment->terminal, sizeof(enrolment->terminal), "0142");
	enrolment->counter = fake_dual("Danapur counter 2", "दानापुर काउंटर 2");
	(void)bt_text_copy(enrolment->complaint, sizeof(enrolment->complaint), "1912");
	(void)bt_text_copy(enrolment->control_room, sizeof(enrolment->control_room), "0612-250 0000");
	enrolment->lane = (struct bt_sts_lane){.index = 3, .count = 16};
	enrolment->operator_count = 3;
	for (int i = 0; i < 3; i++) {
		struct bt_operator *person = &enrolment->operators[i];
		(void)bt_text_copy(person->id, sizeof(person->id), operators[i].id);
		person->name = fake_dual(operators[i].en, operators[i].hi);
		person->short_name = fake_dual(operators[i].short_en, operators[i].short_hi);
		person->role = operators[i].role;
	}
}

static inline void fake_sales(struct fake_shop *fake)
{
	static const struct {
		int month, day, hour, minute;
		bt_paise amount;
	} rows[] = {{11, 14, 9, 12, 30000},
		    {11, 2, 18, 40, 50000},
		    {10, 21, 10, 5, 50000},
		    {10, 9, 16, 31, 20000},
		    {10, 1, 9, 58, 50000}};
	for (int i = 0; i < 5; i++) {
		fake->history[i].paid_at_ms =
		    fake_time(2025, rows[i].month, rows[i].day, rows[i].hour, rows[i].minute, 0);
		fake->history[i].amount = rows[i].amount;
		fake->history[i].stage = BT_STAGE_TOKENED;
		(void)bt_text_copy(fake->history[i].delivery, sizeof(fake->history[i].delivery), "token");
	}
	fake->history_count = 5;
	struct bt_sale_view *view = &fake->view;
	view->consumer = fake->ramesh;
	view->sale.quote.amount = 50000;
	view->sale.quote.units = 635;
	view->sale.paid_at_ms = fake_time(2025, 11, 21, 11, 42, 7);
	(void)bt_text_copy(view->sale.meter, sizeof(view->sale.meter), fake->ramesh.meter);
	(void)bt_text_copy(view->sale.receipt, sizeof(view->sale.receipt), "0142-0611-087-4");
	(void)bt_text_copy(view->token, sizeof(view->token), FAKE_TOKEN);
	view->deadline_ms = 3000;
	view->convergent = true;
	view->waited_ms = 1350;
	view->printing = BT_PRINTING_DONE;
	view->copies = 1;
	view->tokened_at_ms = fake_time(2025, 11, 21, 11, 42, 9);
	fake->next_state = BT_SALE_TOKENED;
}

/* What the server tells of Ramesh, as the mock-ups have it: one recharge went through the app and stands on the
 * balance, another one has been stuck since this morning. */
static inline void fake_fill_account(struct fake_shop *fake)
{
	struct bt_account *account = &fake->account;
	fake->account_err = BT_OK;
	(void)bt_text_copy(account->number, sizeof(account->number), fake->ramesh.number);
	account->time_ms = fake_time(2025, 11, 21, 11, 40, 0);
	for (int i = 0; i < 5; i++) {
		account->recharges[i] = (struct bt_account_recharge){.at_ms = fake->history[i].paid_at_ms,
								     .amount = fake->history[i].amount,
								     .channel = BT_CHANNEL_COUNTER,
								     .state = BT_RECHARGE_GIVEN,
								     .delivery = "token"};
	}
	account->recharges[3].channel = BT_CHANNEL_APP;
	(void)bt_text_copy(account->recharges[3].delivery, sizeof(account->recharges[3].delivery), "balance");
	account->recharge_count = 5;
	fake->history[3] = fake->history[4]; /* that one was never this counter's */
	fake->history_count = 4;
	account->waiting[0] = (struct bt_account_waiting){.payment_id = "0192f000-0000-7000-8000-000000000007",
							  .channel = BT_CHANNEL_APP,
							  .amount = 50000,
							  .paid_at_ms = fake_time(2025, 11, 21, 9, 10, 0),
							  .utr = "432611805521"};
	account->waiting_count = 1;
	(void)bt_text_copy(account->notices[0].text[BT_LANG_EN], BT_NOTICE_BYTES,
			   "Supply off in Danapur on Sun 23 Nov, 08:00 to 11:00, for line work.");
	(void)bt_text_copy(account->notices[0].text[BT_LANG_HI], BT_NOTICE_BYTES,
			   "लाइन के काम के लिए रवि 23 नव. 08:00 से 11:00 तक दानापुर में बिजली बंद रहेगी।");
	account->notices[0].until_ms = fake_time(2025, 11, 23, 11, 0, 0);
	account->notice_count = 1;
	(void)bt_text_copy(account->others[0].number, 16, "100244781571");
	account->others[0].place = fake_dual("shop, Gola Road", "दुकान, गोला रोड");
	(void)bt_text_copy(account->others[1].number, 16, "100244900032");
	account->others[1].place = fake_dual("pump, Ward 7", "पंप, वार्ड 7");
	account->other_count = 2;
	fake->other = fake->ramesh;
	(void)bt_text_copy(fake->other.number, sizeof(fake->other.number), "100244781571");
	fake->other.place = account->others[0].place;
}

static inline void fake_server_down(struct fake_shop *fake)
{
	fake->status.server = BT_BREAKER_OFFLINE;
	fake->status.down_ms = 44 * 60000;
}

/* Paid at the counter next door yesterday evening, the QR read here. */
static inline void fake_fill_docket(struct fake_shop *fake)
{
	struct bt_docket_view *view = &fake->docket_view;
	fake->docket_found = BT_DOCKET_ELSEWHERE;
	*view = (struct bt_docket_view){.state = BT_DOCKET_READY,
					.number = "D-0143-0611-087-7",
					.sale_id = "0192f000-0000-7000-8000-000000000002",
					.terminal = "0143",
					.consumer = fake->ramesh,
					.amount = 50000,
					.units = 635,
					.paid_at_ms = fake_time(2025, 11, 20, 18, 5, 0),
					.has_paper = true,
					.is_known = true,
					.gives_token = true};
}

static inline void fake_open(struct fake_shop *fake, const struct bt_words *words)
{
	memset(fake, 0, sizeof(*fake));
	fake->shop = (struct bt_ui_shop){
	    .self = fake,
	    .words = words,
	    .enrolment = &fake->enrolment,
	    .tariff = fake_tariff,
	    .status = fake_status,
	    .search = fake_search,
	    .look_up = fake_look_up,
	    .live = fake_live,
	    .quote = fake_quote,
	    .outlook = fake_outlook,
	    .repeat_minutes = fake_repeat,
	    .history = fake_history,
	    .pay = fake_pay,
	    .view = fake_view,
	    .proof = fake_proof,
	    .issue_now = fake_issue_now,
	    .finish = fake_finish,
	    .reprint = fake_reprint,
	    .paper_seen = fake_paper_seen,
	    .agree = fake_agree,
	    .cut_off = fake_cut_off,
	    .take_up = fake_take_up,
	    .let_wait = fake_let_wait,
	    .approve = fake_approve,
	    .refund = fake_refund,
	    .abandon = fake_abandon,
	    .make_anyway = fake_make_anyway,
	    .open_drawer = fake_open_drawer,
	    .docket = fake_docket,
	    .docket_view = fake_docket_view,
	    .docket_finish = fake_docket_finish,
	    .open_sales = fake_open_sales,
	    .newest = fake_newest,
	    .sign_in = fake_sign_in,
	    .unlock = fake_unlock,
	    .job = fake_job,
	    .sign_out = fake_sign_out,
	    .extension = fake_extension,
	    .extend = fake_extend,
	    .confirm_clock = fake_confirm_clock,
	    .accounts = &fake_accounts,
	    .lane = fake_lane,
	    .system_lines = fake_system,
	    .step = fake_step,
	    .due_ms = fake_due_ms,
	    .fds = fake_fds,
	};
	fake_people(fake);
	fake_enrol(&fake->enrolment);
	fake_sales(fake);
	fake_fill_docket(fake);
	fake->tries_left = 3;
	fake->extension = (struct bt_ui_extension){.request = "58 213 904",
						   .head = "7f3a 1c22",
						   .unsent = 14060000,
						   .codes_left = 4,
						   .until_ms = fake_time(2025, 11, 27, 0, 41, 0),
						   .added_days = 3,
						   .added = 15000000};
	fake->account_err = BT_ENOTFOUND;
	fake->cash_day_limit = 20000000;
	fake->tariff.minimum = 10000;
	fake->tariff.cut_from_minute = 600;
	fake->tariff.cut_until_minute = 780;
	fake->tariff.maximum = 1000000;
	fake->live = BT_EBUSY;
	fake->repeat = -1;
	fake->status.now_ms = fake_time(2025, 11, 21, 11, 42, 7);
	fake->status.balances_known_ms = fake_time(2025, 11, 20, 21, 10, 0);
	fake->status.has_lease = true;
	fake->status.clock_trusted = true;
	fake->status.open_sales = 2;
	fake->status.who = fake_dual("Rina", "रीना");
	fake->status.allowance = (struct bt_allowance){.paise_left = 15000000,
						       .paise_cap = 15000000,
						       .count_left = 300,
						       .count_cap = 300,
						       .ms_left = 61 * FAKE_HOUR_MS,
						       .ms_whole = 72 * FAKE_HOUR_MS,
						       .sales_left = 300};
}

#endif
