"""Facts about date expressions, date filters and date fields."""

import time
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.enrich.dates import date_mentions, period, publication_day, read_date
from index.errors import QueryError

TUESDAY = date(2021, 6, 22)


def read(text: str, anchor: date | None = TUESDAY) -> list[tuple[str, str, str]]:
    """(expression, first, last) of each mention."""
    return [(m.text, m.first, m.last) for m in date_mentions(text, anchor)]


def days(text: str, anchor: date | None = TUESDAY) -> str:
    """First and last day of the only expression in a text, "-" where it holds none."""
    found = read(f"Rapat {text} di Bogor.", anchor)
    assert len(found) <= 1, found
    return " ".join(dict.fromkeys(found[0][1:])) if found else "-"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Selasa, 22 Juni 2021", "2021-06-22"),
        ("Selasa 22 Juni 2021", "2021-06-22"),
        ("pada 3 Mei 2020", "2020-05-03"),
        ("12 Nopember 2020", "2020-11-12"),
        ("1 Pebruari 1999", "1999-02-01"),
        ("17 Agt 2020", "2020-08-17"),
        ("5 JUNI 2021", "2021-06-05"),
        ("5\u00a0Juni\u00a02021", "2021-06-05"),
        ("Jum'at (18/06/2021)", "2021-06-18"),
        ("Jum’at (18/6/2021)", "2021-06-18"),
        ("Senin (21/6/21)", "2021-06-21"),
        ("pada 22/6/2021", "2021-06-22"),
        ("pada 22-06-2021", "2021-06-22"),
        ("pada 2021-06-22", "2021-06-22"),
        ("Mei 2001", "2001-05-01 2001-05-31"),
        ("Februari 2020", "2020-02-01 2020-02-29"),
        ("tahun 1998", "1998-01-01 1998-12-31"),
        ("sejak 2014", "2014-01-01 2014-12-31"),
        ("pada 2014, lalu", "2014-01-01 2014-12-31"),
        ("kuartal I 2021", "2021-01-01 2021-03-31"),
        ("kuartal III-2020", "2020-07-01 2020-09-30"),
        ("triwulan keempat tahun 2020", "2020-10-01 2020-12-31"),
        ("caturwulan II 2020", "2020-05-01 2020-08-31"),
        ("semester II/2020", "2020-07-01 2020-12-31"),
        ("Senin ( 21/6/2021 )", "2021-06-21"),
    ],
)
def test_full_date_needs_no_anchor(text: str, expected: str) -> None:
    assert days(text) == days(text, None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("21-23 Juni 2021", "2021-06-21 2021-06-23"),
        ("21 – 23 Juni 2021", "2021-06-21 2021-06-23"),
        ("21 hingga 23 Juni 2021", "2021-06-21 2021-06-23"),
        ("28 Mei-2 Juni 2021", "2021-05-28 2021-06-02"),
        ("30 Desember-2 Januari 2021", "2020-12-30 2021-01-02"),
        ("31 Juli 2018 sampai 1 Mei 2019", "2018-07-31 2019-05-01"),
        ("28 Mei sampai dengan 2 Juni 2021", "2021-05-28 2021-06-02"),
        ("3 s.d. 20 Juli 2021", "2021-07-03 2021-07-20"),
        ("Sabtu-Minggu (19-20/6/2021)", "2021-06-19 2021-06-20"),
        ("Minggu (30/5-2/6/2021)", "2021-05-30 2021-06-02"),
        ("Januari-Maret 2021", "2021-01-01 2021-03-31"),
        ("November-Januari 2021", "2020-11-01 2021-01-31"),
        ("tahun 2019-2021", "2019-01-01 2021-12-31"),
        ("periode 2019-2024", "2019-01-01 2024-12-31"),
        ("musim 2020/2021", "2020-01-01 2021-12-31"),
        ("pada 2013 hingga 2017", "2013-01-01 2017-12-31"),
        ("awal Januari 2019", "2019-01-01 2019-01-10"),
        ("pertengahan Januari 2019", "2019-01-11 2019-01-20"),
        ("akhir Februari 2019", "2019-02-21 2019-02-28"),
        ("akhir tahun 2019", "2019-09-01 2019-12-31"),
        ("awal 2019", "2019-01-01 2019-04-30"),
    ],
)
def test_range_has_a_first_and_a_last_day(text: str, expected: str) -> None:
    assert days(text, None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hari ini", "2021-06-22"),
        ("kemarin", "2021-06-21"),
        ("kemarin (20/6)", "2021-06-20"),
        ("kemarin lusa", "2021-06-20"),
        ("kemarin sore", "2021-06-21"),
        ("besok pagi (23/6)", "2021-06-23"),
        ("besok lusa", "2021-06-24"),
        ("tadi malam", "2021-06-21"),
        ("pagi ini", "2021-06-22"),
        ("besok", "2021-06-23"),
        ("Kamis besok", "2021-06-24"),
        ("pekan lalu", "2021-06-14 2021-06-20"),
        ("minggu lalu", "2021-06-14 2021-06-20"),
        ("pekan ini", "2021-06-21 2021-06-27"),
        ("bulan lalu", "2021-05-01 2021-05-31"),
        ("tahun lalu", "2020-01-01 2020-12-31"),
        ("tahun depan", "2022-01-01 2022-12-31"),
        ("akhir pekan lalu", "2021-06-19 2021-06-20"),
        ("awal bulan ini", "2021-06-01 2021-06-10"),
        ("tiga hari lalu", "2021-06-19"),
        ("dua pekan lalu", "2021-06-07 2021-06-13"),
        ("setahun yang lalu", "2020-01-01 2020-12-31"),
        ("18 bulan lalu", "2019-12-01 2019-12-31"),
        ("Senin lalu", "2021-06-21"),
        ("Selasa lalu", "2021-06-15"),
        ("Minggu lalu", "2021-06-20"),
        ("Rabu pekan lalu", "2021-06-16"),
        ("Jumat depan", "2021-06-25"),
        ("pada Selasa", "2021-06-22"),
        ("hari Rabu", "2021-06-16"),
        ("Rabu siang", "2021-06-16"),
        ("Mei lalu", "2021-05-01 2021-05-31"),
        ("Juni lalu", "2020-06-01 2020-06-30"),
        ("awal Juni lalu", "2021-06-01 2021-06-10"),
        ("Juli mendatang", "2021-07-01 2021-07-31"),
        ("Mei tahun lalu", "2020-05-01 2020-05-31"),
        ("bulan Desember", "2020-12-01 2020-12-31"),
        ("Januari-Mei", "2021-01-01 2021-05-31"),
        ("November hingga Januari", "2020-11-01 2021-01-31"),
        ("kuartal pertama tahun ini", "2021-01-01 2021-03-31"),
        ("semester kedua tahun lalu", "2020-07-01 2020-12-31"),
    ],
)
def test_relative_expression_is_read_from_the_day_of_publication(text: str, expected: str) -> None:
    assert days(text) == expected
    assert days(text, None) == "-"


@pytest.mark.parametrize(
    ("text", "anchor", "expected"),
    [
        ("Selasa (22/6)", TUESDAY, "2021-06-22"),
        ("Kamis (31/12)", TUESDAY, "2020-12-31"),
        ("Jumat (31/12)", date(2022, 1, 3), "2021-12-31"),
        ("Sabtu (1/1)", date(2021, 12, 28), "2022-01-01"),
        ("Senin (22/6)", TUESDAY, "2020-06-22"),  # the year in which it is a Monday
        ("Kamis (22/6)", TUESDAY, "2021-06-22"),  # a slip: in no near year a Thursday
        ("31 Desember", date(2022, 1, 3), "2021-12-31"),
        ("21-23 Juni", TUESDAY, "2021-06-21 2021-06-23"),
        ("30 Desember-2 Januari", date(2022, 1, 3), "2021-12-30 2022-01-02"),
        ("20 Juli", TUESDAY, "2021-07-20"),
        ("17 Agustus", TUESDAY, "2020-08-17"),
        ("17 Agustus mendatang", TUESDAY, "2021-08-17"),
        ("12 Juli lalu", TUESDAY, "2020-07-12"),
        ("12 Mei tahun lalu", TUESDAY, "2020-05-12"),
        ("29 Februari", TUESDAY, "2020-02-29"),
    ],
)
def test_date_without_a_year_is_near_its_publication(
    text: str, anchor: date, expected: str
) -> None:
    assert days(text, anchor) == expected
    assert days(text, None) == "-"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("22 Jun 2021 14.05 WIB", "2021-06-22T14:05+07:00"),
        ("22 Juni 2021 pukul 9.30 WITA", "2021-06-22T09:30+08:00"),
        ("Selasa, 22 Juni 2021 | 14:05 WIT", "2021-06-22T14:05+09:00"),
        ("Selasa (22/6) pukul 10.00-12.30 WIB", "2021-06-22T10:00+07:00 2021-06-22T12:30+07:00"),
        ("22 Juni 2021, 22.00-01.00 WIB", "2021-06-22T22:00+07:00 2021-06-23T01:00+07:00"),
        ("22 Juni 2021 pukul 14.05", "2021-06-22"),
    ],
)
def test_clock_time_with_a_zone_makes_a_moment(text: str, expected: str) -> None:
    assert days(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "skor 3-1 dan 2-2",
        "pada menit 22/90",
        "rasio 1/2",
        "UU No 11/2020",
        "UU Nomor 11 Tahun 2020",
        "telepon 021-555-1234",
        "nomor 0812-22-06-2021",
        "bersama Mei Lan",
        "Minggu Palma",
        "hari Jumat Agung",
        "Pasar Minggu",
        "beras sen",
        "31/2/2021",
        "Senin (31/2)",
        "30 Februari",
        "30 Februari 2021",
        "0 Mei 2021",
        "23-21 Juni 2021",
        "beberapa tahun lalu",
        "dua puluh tahun lalu",
        "lima tahun mendatang",
        "setiap hari Minggu",
        "tahun 1990-an",
        "pada 1990-an",
        "hingga 2000 orang",
        "dari 2000 persen",
        "sekitar 2000",
        "Pemilu 2024",
        "semester III 2020",
        "kuartal pertama",
        "tahun 1442 Hijriah",
        "musim lalu",
        "lalu lintas",
        "12 Deſember",
    ],
)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert days(text) == "-"


def test_year_behind_another_one_is_read_too() -> None:
    assert read("Juara pada 2013 dan 2017.") == [
        ("2013", "2013-01-01", "2013-12-31"),
        ("2017", "2017-01-01", "2017-12-31"),
    ]


def test_mentions_come_in_order_with_offsets() -> None:
    text = "Kemarin, dan (lagi) Senin (14/6)."
    assert [(m.start, m.end) for m in date_mentions(text, TUESDAY)] == [(0, 7), (20, 32)]


def test_expression_at_the_end_of_a_sentence_leaves_the_full_stop() -> None:
    assert read("Mulai 21-23 Juni. Lalu 2022 orang.") == [
        ("21-23 Juni", "2021-06-21", "2021-06-23")
    ]


WORDS = [
    "21",
    "-",
    "/",
    "6",
    " ",
    "Juni",
    "2021",
    "(",
    ")",
    "Senin",
    "lalu",
    "tahun",
    "ı",
    "ſ",
    ".",
]


@given(st.lists(st.sampled_from(WORDS), max_size=12).map("".join))
def test_offsets_slice_the_text(text: str) -> None:
    last = 0
    for mention in date_mentions(text, TUESDAY):
        assert last <= mention.start < mention.end
        assert text[mention.start : mention.end] == mention.text
        assert mention.first <= mention.last
        last = mention.end


@pytest.mark.parametrize(
    "unit", ["1-", "1 ", "22/6/", "Senin (", "awal ", "21-23 Juni ", "pada 2013 dan ", "\u00a0"]
)
def test_reading_is_linear_in_the_length_of_a_hostile_text(unit: str) -> None:
    def seconds(text: str) -> float:
        begin = time.process_time()
        date_mentions(text, TUESDAY)
        return time.process_time() - begin

    short = min(seconds(unit * 2_000) for _ in range(3))
    assert min(seconds(unit * 20_000) for _ in range(3)) < 40 * short + 0.01


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("2021-06-22", date(2021, 6, 22), date(2021, 6, 22)),
        ("2021/06/22", date(2021, 6, 22), date(2021, 6, 22)),
        ("2021/6/2", date(2021, 6, 2), date(2021, 6, 2)),
        ("20210622", date(2021, 6, 22), date(2021, 6, 22)),
        ("20210601..2021/06/30", date(2021, 6, 1), date(2021, 6, 30)),
        ("2021-06", date(2021, 6, 1), date(2021, 6, 30)),
        ("2020-2", date(2020, 2, 1), date(2020, 2, 29)),
        ("2021", date(2021, 1, 1), date(2021, 12, 31)),
        ("22/6/2021", date(2021, 6, 22), date(2021, 6, 22)),
        ("22 juni 2021", date(2021, 6, 22), date(2021, 6, 22)),
        ("JUNI 2021", date(2021, 6, 1), date(2021, 6, 30)),
        ("2021-06-01..2021-06-30", date(2021, 6, 1), date(2021, 6, 30)),
        ("2021-06..2021-07", date(2021, 6, 1), date(2021, 7, 31)),
        ("2021..", date(2021, 1, 1), None),
        ("..kemarin", None, date(2021, 6, 21)),
        ("hari ini", TUESDAY, TUESDAY),
        ("pekan lalu", date(2021, 6, 14), date(2021, 6, 20)),
        ("minggu lalu", date(2021, 6, 14), date(2021, 6, 20)),
        ("senin lalu", date(2021, 6, 21), date(2021, 6, 21)),
        ("tahun lalu", date(2020, 1, 1), date(2020, 12, 31)),
        ("7 hari", date(2021, 6, 16), TUESDAY),
        ("1 hari", TUESDAY, TUESDAY),
        ("2 pekan", date(2021, 6, 9), TUESDAY),
        ("3 bulan", date(2021, 3, 23), TUESDAY),
        ("1 tahun", date(2020, 6, 23), TUESDAY),
        ("today", TUESDAY, TUESDAY),
        ("Last Week", date(2021, 6, 14), date(2021, 6, 20)),
        ("7 days", date(2021, 6, 16), TUESDAY),
    ],
)
def test_period_is_the_first_and_last_day_of_a_filter(
    words: str, first: date | None, last: date | None
) -> None:
    assert period(words, TUESDAY) == (first, last)


def test_last_months_begin_in_a_month_that_lacks_the_day() -> None:
    assert period("1 bulan", date(2021, 3, 31)) == (date(2021, 3, 1), date(2021, 3, 31))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("2021-13", "2021-13: a month is 01 to 12"),
        ("2021-02-30", "2021-02-30: that month has the days 01 to 28"),
        ("20211301", "20211301: a month is 01 to 12"),
        ("1066", "1066: a year is 1900 to 2100"),
        ("2022..2021", "2022..2021: the range ends before it begins"),
        ("..", "..: a range needs at least one end"),
        ("kapan saja", "kapan saja: not a date; write a day, month or year such as 2021-06-22"),
        ("30 Februari 2021", "30 Februari 2021: not a date"),
        ("0 hari", "0 hari: not a date"),
        ("", ": not a date"),
    ],
)
def test_period_that_is_not_understood_says_what_would_be(words: str, message: str) -> None:
    with pytest.raises(QueryError, match="^" + message.replace(".", r"\.")):
        period(words, TUESDAY)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2021-06-22", "2021-06-22"),
        ("2021-06-22T14:05:33+07:00", "2021-06-22T14:05:33+07:00"),
        ("2021-06-22T07:00:00Z", "2021-06-22T07:00+00:00"),
        ("2021-06-22T07:00:00.123Z", "2021-06-22T07:00+00:00"),
        ("2021-06-22 14:05:33", "2021-06-22T14:05:33+07:00"),
        ("2021-06-22 14:05:33 +0800", "2021-06-22T14:05:33+08:00"),
        ("2021-06-22 00:00:00", "2021-06-22"),
        ("2021-06-22T00:00:00", "2021-06-22"),
        ("2021-06-22T00:00:00+07:00", "2021-06-22T00:00+07:00"),
        ("2021/06/22", "2021-06-22"),
        ("20210622", "2021-06-22"),
        ("Tue, 22 Jun 2021 14:05:00 +0700", "2021-06-22T14:05+07:00"),
        ("Tue, 22 Jun 2021 14:05:00 GMT", "2021-06-22T14:05+00:00"),
        ("Tue, 22 Jun 2021 14:05:00 EST", "2021-06-22T14:05-05:00"),
        ("1624345200", "2021-06-22T14:00+07:00"),
        ("1624345200000", "2021-06-22T14:00+07:00"),
        ("22/06/2021", "2021-06-22"),
        ("22.6.2021", "2021-06-22"),
        ("06/22/2021", "2021-06-22"),
        ("06/07/2021", "2021-07-06"),
        ("2021-06-22T14:05:00+07:00[Asia/Jakarta]", "2021-06-22T14:05+07:00"),
        ("2021-06-22T07:05Z[UTC]", "2021-06-22T07:05+00:00"),
        ("2021-06-22T24:00:00", "2021-06-23"),
        ("2021-12-31T24:00:00.000+07:00", "2022-01-01T00:00+07:00"),
        ("2100-12-31 24:00", None),
        ("22 Juni 2021", "2021-06-22"),
        ("  Selasa,\n22 Juni 2021 | 14:05 WIB ", "2021-06-22T14:05+07:00"),
        ("22 Jun 2021 14.05 WIB", "2021-06-22T14:05+07:00"),
        ("Jum'at, 18 Juni 2021 - 09:30 WITA", "2021-06-18T09:30+08:00"),
        ("Selasa (22/06/2021) pukul 14:05", "2021-06-22T14:05+07:00"),
        ("June 22, 2021 2:05 pm", "2021-06-22T14:05+07:00"),
        ("Senin , 21 Juni 2021 • 14:05 WIB", "2021-06-21T14:05+07:00"),
        ("Senin, 21 Juni 2021 / 14:05", "2021-06-21T14:05+07:00"),
        ("Contoh.com - 21/06/2021, 14:05 WIB", "2021-06-21T14:05+07:00"),
        ("Diterbitkan: Senin, 21 Juni 2021", "2021-06-21"),
        ("21 Agst 2021", "2021-08-21"),
    ],
)
def test_date_field_is_read_in_every_usual_form(value: str, expected: str) -> None:
    assert read_date(value, "Asia/Jakarta") == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "kemarin",
        "2021",
        "31/2/2021",
        "13/13/2021",
        "2021-06-31",
        "2021-06-22T24:01:00",
        "2021-06-22T24:00:01",
        "2021-06-22T14:05[Asia/Jayapura]",
        "1850-01-01",
        "2150-01-01",
        "0001-01-01T00:00:00",
        "22 Juni 2021 25:00",
        "99999999999999999999",
        "22 Juni 2021 " * 1000,
    ],
)
def test_date_field_that_is_no_date_is_none(value: str) -> None:
    assert read_date(value, "Asia/Jakarta") is None


def test_moment_without_a_zone_is_in_the_configured_one() -> None:
    assert read_date("2021-06-22 14:05", "Asia/Jayapura") == "2021-06-22T14:05+09:00"


def test_publication_day_is_the_day_in_the_configured_zone() -> None:
    assert publication_day("2021-06-22T20:00+00:00", "Asia/Jakarta") == date(2021, 6, 23)
    assert publication_day("2021-06-22T20:00+00:00", "UTC") == date(2021, 6, 22)


DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
ZONES = st.sampled_from(["Asia/Jakarta", "Asia/Jayapura", "UTC", "America/Los_Angeles"])


@given(DAYS, ZONES, st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d %b %Y", "%Y-%m-%d 00:00:00"]))
def test_bare_day_never_moves(day: date, zone: str, form: str) -> None:
    value = read_date(day.strftime(form), zone)
    assert value == day.isoformat()
    assert publication_day(value, zone) == day


@given(
    st.datetimes(datetime(1901, 1, 1), datetime(2099, 12, 31)),
    st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours))),
    ZONES,
)
def test_moment_keeps_its_offset_and_reading_is_stable(
    moment: datetime, offset: timezone, zone: str
) -> None:
    value = read_date(moment.replace(tzinfo=offset).isoformat(), zone)
    assert value is not None
    assert datetime.fromisoformat(value) == moment.replace(tzinfo=offset, microsecond=0)
    assert read_date(value, "UTC") == value


@given(st.datetimes(datetime(1901, 1, 1), datetime(2099, 12, 31)), ZONES)
def test_moment_without_a_zone_keeps_its_day(moment: datetime, zone: str) -> None:
    value = read_date(moment.isoformat(sep=" "), zone)
    assert value is not None
    assert publication_day(value, zone) == moment.date()


@given(st.text(max_size=40), ZONES)
def test_reading_anything_is_stable(value: str, zone: str) -> None:
    once = read_date(value, zone)
    assert once is None or read_date(once, zone) == once


def test_hand_made_expressions_are_read(test_data: Path) -> None:
    lines = (test_data / "dates" / "dates.tsv").read_text(encoding="utf-8").splitlines()
    expected = [tuple(line.split("\t")) for line in lines]
    assert [read(f"Rapat digelar {text} di sana.") for text, _, _ in expected] == [
        [one] for one in expected
    ]


def test_hand_made_sentences_without_dates_hold_none(test_data: Path) -> None:
    text = (test_data / "dates" / "not-dates.txt").read_text(encoding="utf-8")
    assert read(text) == []
