#include "core/base/text.h"

#include <string.h>

#include "core/base/text_tables.h"

/* A word is spelled as sounds, the unspoken vowels are taken out, and what is left is folded so that both scripts and
 * the usual spellings of one name meet. Longer words than fit here are cut; they still find by their beginning. */
#define SOUNDS_MAX 48
#define WORD_MAX   160

enum sound_kind { CONSONANT, VOWEL };

struct sound {
	const char *latin; /* NULL: the single character `letter` */
	char letter;
	enum sound_kind kind;
	bool inherent; /* the vowel that a Devanagari consonant carries unwritten */
};

struct word {
	struct sound sounds[SOUNDS_MAX];
	size_t count;
	uint32_t before; /* last character read of this word */
	bool latin;      /* holds a Latin letter */
};

/* U+0905..U+0914, then U+0915..U+0939, then the signs U+093E..U+094C. Source: Unicode chart of Devanagari; spellings
 * as names are written in Bihar. */
static const char *const vowels[] = {"a", "a", "i", "i",  "u", "u", "ri", "li",
				     "e", "e", "e", "ai", "o", "o", "o",  "au"};
static const char *const consonants[] = {
    "k", "kh", "g", "gh", "n", "ch", "chh", "j", "jh", "n", "t", "th", "d", "dh", "n",  "t",  "th", "d", "dh",
    "n", "n",  "p", "f",  "b", "bh", "m",   "y", "r",  "r", "l", "l",  "l", "v",  "sh", "sh", "s",  "h",
};
static const char *const signs[] = {"a", "i", "i", "u", "u", "ri", "ri", "e", "e", "e", "ai", "o", "o", "o", "au"};

static void put_sound(struct word *word, struct sound sound)
{
	if (word->count < SOUNDS_MAX) {
		word->sounds[word->count++] = sound;
	}
}

static struct sound *find_last(struct word *word)
{
	return word->count == 0 ? NULL : &word->sounds[word->count - 1];
}

/* A written vowel or the virama takes the place of the vowel that the consonant carried. */
static void drop_inherent(struct word *word)
{
	struct sound *last = find_last(word);
	if (last != NULL && last->inherent) {
		word->count--;
	}
}

static void put_consonant(struct word *word, const char *latin)
{
	put_sound(word, (struct sound){.latin = latin, .kind = CONSONANT});
	put_sound(word, (struct sound){.latin = "a", .kind = VOWEL, .inherent = true});
}

/* The dot below: flaps are r and rh, the borrowed sounds are written as the plain ones are folded. */
static void put_nukta(struct word *word)
{
	const char *latin = NULL;
	if (word->before == 0x0921) {
		latin = "r";
	} else if (word->before == 0x0922) {
		latin = "rh";
	}
	if (latin != NULL && word->count >= 2) {
		word->sounds[word->count - 2].latin = latin;
	}
}

/* ज्ञ is spoken gy: the j before the virama becomes g, the nasal y. */
static const char *choose_consonant(struct word *word, uint32_t c)
{
	struct sound *last = find_last(word);
	if (c == 0x091E && word->before == BT_CHAR_VIRAMA && last != NULL && last->latin != NULL &&
	    strcmp(last->latin, "j") == 0) {
		last->latin = "g";
		return "y";
	}
	return consonants[c - 0x0915];
}

static const char *choose_nasal(uint32_t next)
{
	if (next == 0x0939) {
		return "ng"; /* सिंह is spoken and spelled singh */
	}
	return next >= 0x092A && next <= 0x092E ? "m" : "n";
}

/* U+0958..U+095F are the composed nukta letters. */
static const char *const composed[] = {"k", "kh", "g", "j", "r", "rh", "f", "y"};

/* True when @p c belongs to a Devanagari word and has been taken. */
static bool take_devanagari(struct word *word, uint32_t c, uint32_t next)
{
	if (c == 0x0901 || c == 0x0902) {
		put_sound(word, (struct sound){.latin = choose_nasal(next), .kind = CONSONANT});
	} else if (c >= 0x0905 && c <= 0x0914) {
		put_sound(word, (struct sound){.latin = vowels[c - 0x0905], .kind = VOWEL});
	} else if (c >= 0x0915 && c <= 0x0939) {
		put_consonant(word, choose_consonant(word, c));
	} else if (c == BT_CHAR_NUKTA) {
		put_nukta(word);
	} else if (c >= 0x093E && c <= 0x094C) {
		drop_inherent(word);
		put_sound(word, (struct sound){.latin = signs[c - 0x093E], .kind = VOWEL});
	} else if (c == BT_CHAR_VIRAMA) {
		drop_inherent(word);
	} else if (c >= 0x0958 && c <= 0x095F) {
		put_consonant(word, composed[c - 0x0958]);
	} else {
		return c == 0x0903 || c == 0x093D || c == BT_CHAR_ZWJ || c == BT_CHAR_ZWNJ; /* written, not spelled */
	}
	return true;
}

/* Latin letters with a mark above or below, as they come out of other systems. */
static const struct {
	uint32_t first, last;
	char plain;
} accented[] = {
    {0x00C0, 0x00C5, 'a'}, {0x00C7, 0x00C7, 'c'}, {0x00C8, 0x00CB, 'e'}, {0x00CC, 0x00CF, 'i'}, {0x00D1, 0x00D1, 'n'},
    {0x00D2, 0x00D6, 'o'}, {0x00D9, 0x00DC, 'u'}, {0x00E0, 0x00E5, 'a'}, {0x00E7, 0x00E7, 'c'}, {0x00E8, 0x00EB, 'e'},
    {0x00EC, 0x00EF, 'i'}, {0x00F1, 0x00F1, 'n'}, {0x00F2, 0x00F6, 'o'}, {0x00F9, 0x00FC, 'u'}, {0x0100, 0x0105, 'a'},
    {0x0112, 0x0113, 'e'}, {0x0128, 0x012D, 'i'}, {0x014C, 0x014D, 'o'}, {0x015A, 0x0161, 's'}, {0x0168, 0x016B, 'u'},
};

static char fold_latin(uint32_t c)
{
	if (c >= 'A' && c <= 'Z') {
		return (char)(c - 'A' + 'a');
	}
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
		return (char)c;
	}
	if (c >= 0x0966 && c <= 0x096F) {
		return (char)('0' + (c - 0x0966));
	}
	for (size_t i = 0; i < sizeof(accented) / sizeof(accented[0]); i++) {
		if (c >= accented[i].first && c <= accented[i].last) {
			return accented[i].plain;
		}
	}
	return '\0';
}

static bool is_vowel(char c)
{
	return c != '\0' && strchr("aeiou", c) != NULL;
}

static bool is_consonant(char c)
{
	return c >= 'a' && c <= 'z' && !is_vowel(c);
}

/* True when @p c is part of a word and has been taken; false ends the word. An apostrophe does not. */
static bool take_char(struct word *word, uint32_t c, uint32_t next)
{
	char latin = fold_latin(c);
	bool taken = true;
	if (latin != '\0') {
		enum sound_kind kind = is_vowel(latin) ? VOWEL : CONSONANT;
		put_sound(word, (struct sound){.letter = latin, .kind = kind});
		word->latin = true;
	} else if (c != '\'' && c != 0x2019) {
		taken = take_devanagari(word, c, next);
	}
	word->before = c;
	return taken;
}

static bool is_same_sound(const struct sound *a, const struct sound *b)
{
	return a->latin != NULL && b->latin != NULL && strcmp(a->latin, b->latin) == 0;
}

/* An inherent vowel is not spoken at the end of a word, nor between vowel-consonant and consonant-vowel; the rule goes
 * from the end to the beginning (कमला is kamla, दरभंगा is darbhanga). */
static void drop_unspoken(struct word *word)
{
	struct sound *s = word->sounds;
	if (word->count > 2 && s[word->count - 1].inherent) {
		word->count--;
	}
	for (size_t i = word->count; i-- > 2;) {
		if (!s[i].inherent || i + 2 >= word->count) {
			continue;
		}
		bool open_before = s[i - 1].kind == CONSONANT && s[i - 2].kind == VOWEL;
		bool open_after = s[i + 1].kind == CONSONANT && s[i + 2].kind == VOWEL;
		if (open_before && open_after && !is_same_sound(&s[i - 1], &s[i + 1])) {
			memmove(&s[i], &s[i + 1], (word->count - i - 1) * sizeof(s[0]));
			word->count--;
		}
	}
}

static size_t spell_word(const struct word *word, char out[WORD_MAX])
{
	size_t used = 0;
	for (size_t i = 0; i < word->count; i++) {
		const struct sound *sound = &word->sounds[i];
		const char letter[2] = {sound->letter, '\0'};
		const char *latin = sound->latin != NULL ? sound->latin : letter;
		size_t len = strlen(latin);
		if (used + len >= WORD_MAX) {
			break;
		}
		memcpy(out + used, latin, len);
		used += len;
	}
	out[used] = '\0';
	return used;
}

/* "krishna" and कृष्ण end alike: a last a after two consonants goes; kh, sh and the like count as one. */
static void drop_final_a(char *word, size_t len)
{
	if (len < 4 || word[len - 1] != 'a' || !is_consonant(word[len - 2])) {
		return;
	}
	size_t before = len - 3;
	if (word[len - 2] == 'h' && strchr("kgcjtdbps", word[before]) != NULL) {
		before--;
	}
	if (is_consonant(word[before])) {
		word[len - 1] = '\0';
	}
}

/* Spellings of one sound, tried in this order at each place. */
static const struct {
	const char *from, *to;
} spellings[] = {
    {"chh", "ch"}, {"ck", "k"},  {"aa", "a"},   {"ee", "i"}, {"ii", "i"}, {"oo", "u"}, {"uu", "u"},
    {"ph", "f"},   {"ao", "av"}, {"ia", "iya"}, {"w", "v"},  {"z", "j"},  {"q", "k"},  {"x", "ksh"},
};

static size_t find_spelling(const char *at, const char **to)
{
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		size_t len = strlen(spellings[i].from);
		if (strncmp(at, spellings[i].from, len) == 0) {
			*to = spellings[i].to;
			return len;
		}
	}
	return 0;
}

/* A c that is not ch is k, but only when its follower is known: a prefix ending in c may still become ch. */
static char choose_letter(const char *at)
{
	return at[0] == 'c' && at[1] != '\0' && at[1] != 'h' ? 'k' : at[0];
}

/* Never doubles a letter (but keeps digits). @return bytes in @p out. */
static size_t fold_word(const char *word, char *out, size_t cap)
{
	size_t used = 0;
	while (*word != '\0') {
		char one[2] = {choose_letter(word), '\0'};
		const char *to = one;
		size_t step = find_spelling(word, &to);
		for (; *to != '\0' && used + 1 < cap; to++) {
			bool digit = *to >= '0' && *to <= '9';
			if (used == 0 || digit || out[used - 1] != *to) {
				out[used++] = *to;
			}
		}
		word += step == 0 ? 1 : step;
	}
	out[used] = '\0';
	return used;
}

/* Initials are written as the names of Latin letters (ए. के. झा), मो. for Md. */
static const struct {
	const char *spelled, *initial;
} initials[] = {
    {"e", "a"},  {"bi", "b"}, {"si", "c"}, {"di", "d"}, {"i", "e"},  {"ef", "f"},  {"ji", "g"},  {"ech", "h"},
    {"ai", "i"}, {"je", "j"}, {"ke", "k"}, {"el", "l"}, {"em", "m"}, {"en", "n"},  {"pi", "p"},  {"kyu", "q"},
    {"ar", "r"}, {"es", "s"}, {"ti", "t"}, {"yu", "u"}, {"vi", "v"}, {"vai", "y"}, {"jed", "z"}, {"mo", "md"},
};

static void replace_initial(char word[WORD_MAX])
{
	for (size_t i = 0; i < sizeof(initials) / sizeof(initials[0]); i++) {
		if (strcmp(word, initials[i].spelled) == 0) {
			memcpy(word, initials[i].initial, strlen(initials[i].initial) + 1);
			return;
		}
	}
}

/* Append one finished word and begin the next. */
static void end_word(struct word *word, char *out, size_t cap, size_t *used)
{
	char spelled[WORD_MAX];
	char folded[2 * WORD_MAX];
	drop_unspoken(word);
	size_t len = spell_word(word, spelled);
	bool devanagari = !word->latin;
	*word = (struct word){.count = 0};
	if (len == 0) {
		return;
	}
	drop_final_a(spelled, len);
	if (devanagari) {
		replace_initial(spelled);
	}
	size_t need = fold_word(spelled, folded, sizeof(folded));
	size_t gap = *used == 0 ? 0 : 1;
	if (*used + gap >= cap - 1) {
		return;
	}
	size_t room = cap - 1 - *used - gap;
	need = need < room ? need : room;
	if (gap != 0) {
		out[(*used)++] = ' ';
	}
	memcpy(out + *used, folded, need);
	*used += need;
	out[*used] = '\0';
}

void bt_text_search_key(const char *in, char *out, size_t cap)
{
	if (cap == 0) {
		return;
	}
	size_t len = strlen(in);
	size_t used = 0;
	struct word word = {.count = 0};
	out[0] = '\0';
	for (size_t at = 0; at < len;) {
		uint32_t c = 0;
		uint32_t next = 0;
		int step = bt_utf8_next(in + at, len - at, &c);
		if (step < 0) {
			step = 1;
			c = BT_CHAR_REPLACE;
		}
		at += (size_t)step;
		if (bt_utf8_next(in + at, len - at, &next) <= 0) {
			next = 0;
		}
		if (!take_char(&word, c, next)) {
			end_word(&word, out, cap, &used);
		}
	}
	end_word(&word, out, cap, &used);
}
