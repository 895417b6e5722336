"""Which change of one English word is a slip of the hand: what is allowed, and that no other word comes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims import spelling
from claims.spelling import is_fixed, is_known, is_near, is_slip
from sources.quotations.negations import listed

WORDS = st.text("abcdeilmnorst", min_size=2, max_size=14)


@pytest.mark.parametrize(
    ("old", "new"),
    [("teh", "the"), ("recieve", "receive"), ("goverment", "government"), ("killled", "killed")],
)
def test_what_everybody_reads_right(old: str, new: str) -> None:
    assert is_known(old, new)
    assert not is_known(new, old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("brigde", "bridge"),
        ("parliamnet", "parliament"),
        ("minsitry", "ministry"),
        ("spokeswman", "spokeswoman"),
        ("investtigation", "investigation"),
        ("announcment", "announcement"),
    ],
)
def test_what_the_text_has_to_bear_out(old: str, new: str) -> None:
    assert is_near(old, new)
    assert is_near(new, old)
    assert not is_known(old, new)


@pytest.mark.parametrize(
    "pair",
    sorted(
        listed(
            """
            legal/illegal safe/unsafe likely/unlikely moral/mortal moral/immoral public/pubic now/not
            none/nine million/billion billion/trillion million/millions nine/ninety seven/eleven
            sixteen/sixty iran/iraq affect/effect causal/casual immigrants/emigrants united/untied was/war
            war/was guilty/guilt prove/proven austria/australia innocent/guilty increased/decreased
            increasing/decreasing inflow/outflow over/under overpaid/underpaid before/after least/last
            all/ill some/same harmless/harmful careless/careful needless/needles dismiss/miss
            deceased/decreased deceasing/decreasing infected/inflected infection/inflection
            contacted/contracted additions/addictions deprecated/depreciated indicting/indicating
            undeserved/underserved uniformed/uninformed trial/trail martial/marital county/country
            threat/treat friend/fiend resign/reign form/from quiet/quite unclear/nuclear complaint/compliant
            infarction/infraction signed/singed singers/signers carved/craved farmer/framer tired/tried
            fired/fried sacred/scared silver/sliver there/three could/cloud perfect/prefect denied/dined
            denies/denied fail/fall nobody/somebody hardly/hard without/within meters/metres
            kilometres/kilometers monday/sunday june/july spring/string north/south eastern/western
            soldier/soldiers is/are has/had will/would can/cannot retracted/retroacted prostrates/prostates
            creations/cremations continent/contingent interment/internment putin/zelensky recieve/receives
            color/colour brigde/bride teh/tea iiii/iii viii/vii iiiv/iiv xxx/xx aaa/aa
            """
        )
    ),
)
def test_another_word_is_no_slip(pair: str) -> None:
    one, other = pair.split("/")
    assert not is_slip(one, other)
    assert not is_slip(other, one)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Brigde", "Bridge"),
        ("brigdé", "bridgé"),
        ("отказывает", "оказывает"),
        ("страан", "стрaна"),
        ("don't", "dont"),
        ("re-sign", "resign"),
        ("bridge1", "brigde1"),
        ("bridge", "bridge"),
        ("", "the"),
        ("a" * 41 + "bab", "a" * 41 + "abb"),
    ],
)
def test_only_small_english_letters(old: str, new: str) -> None:
    assert not is_slip(old, new)
    assert not is_slip(new, old)


def test_the_tables_agree() -> None:
    """No misspelling is listed as a word, and none becomes a word that may not be touched, or another one."""
    for old, new in spelling._KNOWN.items():
        assert old not in spelling._ALIKE
        assert not is_fixed(old), old
        assert not is_fixed(new), new
        assert new not in spelling._KNOWN
        assert not is_slip(new, old) or is_near(old, new)


@given(WORDS, WORDS)
def test_ends_stay_and_no_letter_takes_the_place_of_another(old: str, new: str) -> None:
    if is_near(old, new):
        assert (old[0], old[-1]) == (new[0], new[-1])
        assert sorted(old) == sorted(new) or abs(len(old) - len(new)) == 1
    assert is_near(old, new) == is_near(new, old)


@given(WORDS, st.integers(0, 13), st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
def test_a_letter_for_another_is_no_slip(word: str, at: int, letter: str) -> None:
    place = at % len(word)
    changed = word[:place] + letter + word[place + 1 :]
    assert not is_near(word, changed)
    assert is_known(word, changed) is (spelling._KNOWN.get(word) == changed)
