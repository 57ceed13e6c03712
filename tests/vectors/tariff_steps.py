"""Known answers of quotes in a month with steps, a fixed charge and free units: writes tariff_steps.csv.

Written from the rules in words alone: money is taken towards the fixed charge first; of the rest, energy is the rest
divided by one and the duty, half a paisa up; then a tenth of a kWh is bought at a time, at the price of the step it
falls in, as long as the energy covers it. Exact fractions, one tenth after the other; nothing of the program is used.
"""

from fractions import Fraction
from math import floor

STEPS = "0:742;1000:895"
FALLING = "0:900;500:700;2000:400"
ONE = "0:742"


def price_at(steps, tenth):
    price = None
    for step in steps.split(";"):
        above, rate = step.split(":")
        if tenth >= int(above):
            price = int(rate)
    return price


def month_in(fixed, known, of):
    known_of, units, owed, free = known
    if known_of == of:
        return units, owed, free
    return 0, fixed if known_of and known_of < of else 0, 0


def quote(steps, duty_bp, fixed, gives_free, known, of, amount, dues):
    before, owed, free = month_in(fixed, known, of)
    rest = amount - dues
    towards_fixed = min(rest, owed)
    rest -= towards_fixed
    energy = floor(Fraction(rest * 10000, 10000 + duty_bp) + Fraction(1, 2))
    left, units, rate = Fraction(energy), 0, price_at(steps, 0)
    while Fraction(price_at(steps, before + units), 10) <= left:
        rate = price_at(steps, before + units)
        left -= Fraction(rate, 10)
        units += 1
    given = free if gives_free and amount > dues else 0
    return towards_fixed, energy, rest - energy, units + given, given, rate


def main():
    new = (202611, 0, 4000, 1250)
    cases = [
        ("first of the month and below the edge", STEPS, 600, 4000, 0, (202611, 0, 0, 0), 202611, 50000, 0),
        ("over the edge", STEPS, 600, 4000, 0, (202611, 0, 0, 0), 202611, 100000, 0),
        ("to the edge exactly", STEPS, 0, 0, 0, (202611, 0, 0, 0), 202611, 74200, 0),
        ("one paisa short of the edge", STEPS, 0, 0, 0, (202611, 0, 0, 0), 202611, 74199, 0),
        ("a tenth over the edge exactly", STEPS, 0, 0, 0, (202611, 0, 0, 0), 202611, 74290, 0),
        ("a paisa short of a tenth over it", STEPS, 0, 0, 0, (202611, 0, 0, 0), 202611, 74289, 0),
        ("from the edge", STEPS, 600, 0, 0, (202611, 1000, 0, 0), 202611, 50000, 0),
        ("a tenth before the edge", STEPS, 600, 0, 0, (202611, 999, 0, 0), 202611, 50000, 0),
        ("far above the edge", STEPS, 600, 0, 0, (202611, 7777, 0, 0), 202611, 50000, 0),
        ("fixed charge first", STEPS, 600, 4000, 0, (202611, 0, 4000, 0), 202611, 50000, 0),
        ("fixed charge and dues and over the edge", STEPS, 600, 4000, 0, (202611, 700, 4000, 0), 202611, 100000, 30000),
        ("no more than the fixed charge", STEPS, 600, 12000, 0, (202611, 0, 12000, 0), 202611, 12000, 0),
        ("less than the fixed charge", STEPS, 600, 12000, 0, (202611, 0, 12000, 0), 202611, 10000, 0),
        ("less than fixed charge and dues", STEPS, 600, 12000, 0, (202611, 0, 12000, 0), 202611, 15000, 5000),
        ("one paisa beyond the fixed charge", STEPS, 600, 12000, 0, (202611, 0, 12000, 0), 202611, 12001, 0),
        ("dues alone", STEPS, 600, 4000, 1, new, 202611, 15000, 15000),
        ("free units beside it", STEPS, 600, 4000, 1, new, 202611, 50000, 0),
        ("free units and no others", STEPS, 600, 4000, 1, new, 202611, 4000, 0),
        ("free units not of this category", STEPS, 600, 4000, 0, new, 202611, 50000, 0),
        ("the month has turned", STEPS, 600, 4000, 1, (202610, 980, 0, 300), 202611, 50000, 0),
        ("the year has turned", STEPS, 600, 4000, 1, (202612, 980, 0, 300), 202701, 50000, 0),
        ("state of a month to come", STEPS, 600, 4000, 1, (202612, 10, 4000, 1250), 202611, 50000, 0),
        ("nothing is known", STEPS, 600, 4000, 1, (0, 0, 0, 0), 202611, 50000, 0),
        ("three prices that fall", FALLING, 600, 0, 0, (202611, 450, 0, 0), 202611, 200000, 0),
        ("three prices from a tenth before a step", FALLING, 0, 0, 0, (202611, 499, 0, 0), 202611, 106090, 0),
        ("one rate and a fixed charge", ONE, 600, 5000, 0, (202611, 300, 5000, 0), 202611, 50000, 0),
        ("a hundred per cent duty", STEPS, 10000, 0, 0, (202611, 990, 0, 0), 202611, 33333, 0),
        ("one paisa", STEPS, 600, 0, 0, (202611, 0, 0, 0), 202611, 1, 0),
    ]
    head = "case,steps,duty_bp,fixed_paise,gives_free,known_of,known_units,known_fixed,known_free,sale_month"
    with open("tariff_steps.csv", "w", encoding="ascii") as out:
        print(head + ",amount,dues,fixed,energy,duty,units,free,rate", file=out)
        for name, steps, duty, fixed, gives, known, of, amount, dues in cases:
            answer = quote(steps, duty, fixed, gives, known, of, amount, dues)
            row = [name, steps, duty, fixed, gives, *known, of, amount, dues, *answer]
            print(",".join(str(field) for field in row), file=out)


main()
