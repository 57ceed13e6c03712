/* The bare sounds of a name: what is left when the letters that spellings differ in are taken away. */
#include <string.h>

#include "core/base/text.h"

/* Short for a whole word. */
static const struct {
	const char *word, *sounds;
} shorts[] = {{"kr", "kmr"}};

static bool is_vowel(char c)
{
	return c != '\0' && strchr("aeiou", c) != NULL;
}

/* Letters that stand for one sound in the names of Bihar: Birendra and Virendra, Fulmati and Phulmati. */
static char fold(char c)
{
	return c == 'b' || c == 'w' ? 'v' : c;
}

/* A h behind another letter is breath (Satrughan, Shatrughan), a y behind one a glide (Gaytri, Gayatri), a v between o
 * and a consonant half of a vowel (Chowdhury), the g of Singh hardly heard (Sinh). */
static bool is_silent(const char *word, size_t at)
{
	char c = word[at];
	if (at == 0) {
		return false;
	}
	if (is_vowel(c) || c == 'h' || c == 'y') {
		return true;
	}
	if (c == 'v') {
		return word[at - 1] == 'o' && word[at + 1] != '\0' && !is_vowel(word[at + 1]);
	}
	return c == 'g' && word[at - 1] == 'n' && word[at + 1] == 'h' && word[at + 2] == '\0';
}

void bt_text_sounds(const char *word, char *out, size_t cap)
{
	size_t used = 0;
	if (cap == 0) {
		return;
	}
	out[0] = '\0';
	if (strpbrk(word, "0123456789")) {
		return;
	}
	for (size_t i = 0; i < sizeof(shorts) / sizeof(shorts[0]); i++) {
		if (strcmp(shorts[i].word, word) == 0) {
			word = shorts[i].sounds;
			break;
		}
	}
	for (size_t at = 0; word[at] != '\0' && used + 1 < cap; at++) {
		char c = fold(word[at]);
		if (!is_silent(word, at) && (used == 0 || out[used - 1] != c)) {
			out[used++] = c;
		}
	}
	out[used] = '\0';
}
