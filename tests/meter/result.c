#include "tests/meter/result.h"

static const struct meter_answer answers[METER_RESULT_COUNT] = {
    [METER_ACCEPTED] = {"accepted", "", "Accept", 1},
    [METER_SECTION_1] = {"accepted", "", "1stKCT", 2},
    [METER_SECTION_2] = {"accepted", "", "2ndKCT", 3},
    [METER_SECTION_3] = {"accepted", "", "3rdKCT", 0},
    [METER_SECTION_4] = {"accepted", "", "4thKCT", 0},
    [METER_OVERFLOW] = {"invalid", "overflow", "OverflowError", 4},
    [METER_KEY_TYPE] = {"invalid", "keytype", "KeyTypeError", 5},
    [METER_FORMAT] = {"invalid", "format", "FormatError", 6},
    [METER_RANGE] = {"invalid", "range", "RangeError", 7},
    [METER_FUNCTION] = {"invalid", "kind", "FunctionError", 8},
    [METER_OLD] = {"old", "", "OldError", 9},
    [METER_USED] = {"used", "", "UsedError", 10},
    [METER_EXPIRED] = {"invalid", "expired", "KeyExpiredError", 11},
    [METER_DEFAULT_KEY] = {"invalid", "defaultkey", "DDTKError", 12},
    [METER_BAD_CRC] = {"invalid", "crc", "CRCError", 13},
    [METER_MFR_CODE] = {"invalid", "manufacturer", "MfrCodeError", 14},
    [METER_LOCKED] = {"invalid", "locked", "Lockout", 15},
    [METER_BAD_DIGITS] = {"invalid", "digits", "FormatError", 6},
    [METER_BROKEN] = {"invalid", "broken", "NotReady", 16},
};

const struct meter_answer *meter_answer(enum meter_result result)
{
	return &answers[result];
}

bool meter_result_is_accepted(enum meter_result result)
{
	return result <= METER_SECTION_4;
}
