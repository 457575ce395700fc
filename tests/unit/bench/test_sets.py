from graphmem.bench.sets import Row, articles, documents, extracted


def rows(title: str | None, n: int, start: int = 0, **fields: object) -> tuple[Row, ...]:
    return tuple(
        Row.model_validate({"id": f"{title}/{at}", "text": f"part {at}", "title": title, **fields})
        for at in range(start, start + n)
    )


def test_a_dozen_rows_in_a_row_under_one_title_are_one_text() -> None:
    given = rows("A", 12) + rows("B", 7) + rows(None, 20)
    (article,), rest = articles(given)
    assert (article.source, article.title) == ("A/0", "A")
    assert [part.ref for part in article.parts] == [f"A/{at}" for at in range(12)]
    assert len(rest) == len(documents(rest)) == 27


def test_rows_that_somebody_says_are_no_text() -> None:
    given = rows("A", 30, speaker="Ann")
    assert articles(given) == ([], given)


def test_the_same_title_elsewhere_is_another_text() -> None:
    found, rest = articles(rows("A", 12) + rows("B", 1) + rows("A", 12, start=12))
    assert [article.source for article in found] == ["A/0", "A/12"]
    assert [row.title for row in rest] == ["B"]


def test_parts_that_somebody_else_has_cut_share_a_session() -> None:
    given = extracted(rows("A", 12) + rows("B", 2))
    assert [passage.session for passage in given] == ["A/0"] * 12 + [None] * 2
