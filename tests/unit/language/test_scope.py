"""What lies open because of the word that it hangs on: given up, feared, sought or invented."""

import pytest

from graphmem.core.extraction import Extraction

OPEN = [
    # An "-ing" under a preposition.
    ("I changed my mind about moving to Rome.", "Rome"),
    ("I gave up on moving to Rome.", "Rome"),
    ("I never got around to joining the gym.", "gym"),
    ("Ben talked me out of moving to Rome.", "Rome"),
    ("I'm afraid of losing my job.", "Mara's job"),
    ("I'm not interested in working at Acme.", "Acme"),
    ("I'm against buying a car.", "car"),
    ("I'm saving up for buying a house.", "house"),
    ("I'm excited about moving to Rome.", "Rome"),
    ("Ben has doubts about joining Acme.", "Acme"),
    ("I was close to joining Acme.", "Acme"),
    ("I did not succeed in joining the gym.", "gym"),
    ("Ben kept me from joining the gym.", "gym"),
    # A clause about a thing that is only sought.
    ("I want a job where I work at a zoo.", "zoo"),
    ("I want to find a job where I work at a zoo.", "zoo"),
    ("I'd like a phone that has a good camera.", "good camera"),
    ("Write a story where Ben works at NASA.", "NASA"),
    ("Can you write a story in which my cat is dead?", "dead"),
    ("Is there a reason why Ben works at Acme?", "Acme"),
    ("I'm looking for a flat that costs 900 euros.", "900 euros"),
    # A lie, and what something is only like.
    ("It's a lie that Ben owns a boat.", "boat"),
    ("It's not true that Ben owns a boat.", "boat"),
    ("It is a myth that Ben owns a boat.", "boat"),
    ("I feel like I live in the office.", "office"),
    ("It's like I live in the office.", "office"),
    ("Ben acts as if he owns the office.", "office"),
    ("Ben acts as though he owned the office.", "office"),
]
SO = [
    ("After moving to Rome I learnt Italian.", "Rome"),
    ("Besides working at Acme, I sing.", "Acme"),
    ("I started by joining the gym.", "gym"),
    ("I succeeded in joining the gym.", "gym"),
    ("I got fired from working at Acme.", "Acme"),
    ("I'm sorry for breaking the vase.", "vase"),
    ("I'm tired of working at Acme.", "Acme"),
    ("I'm used to living in Rome.", "Rome"),
    ("I keep on working at Acme.", "Acme"),
    ("I enjoy living in Rome.", "Rome"),
    ("Ben makes money by selling cakes.", "cakes"),
    ("I thanked Ben for joining Acme.", "Acme"),
    ("You're doing a great job of painting the house.", "house"),
    ("Here's my current code for handling user login.", "user login"),
    ("The house that I own is big.", "house"),
    ("I want the house that Ben owns.", "house"),
    ("I met a man who works at Acme.", "Acme"),
    ("Did you meet the man who works at Acme?", "Acme"),
    ("I want to thank a friend who works at Acme.", "Acme"),
    ("I need to call my sister, who lives in Rome.", "Rome"),
    ("Can you help me with a garden that I planted?", "garden"),
    ("I need help with a car that I own.", "car"),
    ("It's true that Ben owns a boat.", "boat"),
    ("It's a pity that Ben sold the boat.", "boat"),
    ("It's no lie that Ben owns a boat.", "boat"),
    ("As I live in Rome, I speak Italian.", "Rome"),
]


def stated(found: Extraction, value: str) -> set[bool]:
    return {p.asserted for p in found.propositions if p.object.text == value}


@pytest.mark.parametrize(("text", "value"), OPEN)
def test_what_hangs_on_an_open_word_is_not_asserted(read, text: str, value: str) -> None:
    assert True not in stated(read(text, speaker="Mara"), value)


@pytest.mark.parametrize(("text", "value"), SO)
def test_what_hangs_on_a_word_that_vouches_for_it_is_asserted(read, text: str, value: str) -> None:
    assert True in stated(read(text, speaker="Mara"), value)
