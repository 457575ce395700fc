from graphmem.language.clearnlp import to_universal


def convert(rows: str) -> dict[str, tuple[str, str]]:
    table = [row.split() for row in rows.strip().splitlines()]
    words = [row[0] for row in table]
    heads = [int(row[3]) - 1 if row[3] != "0" else at for at, row in enumerate(table)]
    lower = [word.lower() for word in words]
    found, deps = to_universal(lower, [r[1] for r in table], heads, [r[2] for r in table])
    return {word: (deps[at], words[found[at]]) for at, word in enumerate(words)}


def test_prepositions_become_case_marks_of_their_nouns() -> None:
    tree = convert("""
        Anna NNP nsubj 2
        lives VBZ ROOT 0
        in IN prep 2
        Lisbon NNP pobj 3
    """)
    assert tree["Lisbon"] == ("obl", "lives")
    assert tree["in"] == ("case", "Lisbon")


def test_stacked_prepositions_share_the_noun() -> None:
    tree = convert("""
        He PRP nsubj 2
        ran VBD ROOT 0
        out IN prep 2
        of IN prep 3
        Rome NNP pobj 4
    """)
    assert tree["Rome"] == ("obl", "ran")
    assert tree["out"] == tree["of"] == ("case", "Rome")


def test_the_predicate_becomes_the_head_of_a_copula() -> None:
    tree = convert("""
        Anna NNP nsubj 2
        is VBZ ROOT 0
        a DT det 4
        doctor NN attr 2
    """)
    assert tree["doctor"] == ("ROOT", "doctor")
    assert tree["is"] == ("cop", "doctor")
    assert tree["Anna"] == ("nsubj", "doctor")


def test_passives_and_objects_are_renamed() -> None:
    tree = convert("""
        Songs NNS nsubjpass 3
        were VBD auxpass 3
        sung VBN ROOT 0
        by IN agent 3
        Ella NNP pobj 4
    """)
    assert tree["Songs"][0] == "nsubj:pass"
    assert tree["were"][0] == "aux:pass"
    assert tree["Ella"] == ("obl", "sung")
