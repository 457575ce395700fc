"""HTML and EPUB: the text that people read, however the page is built or broken."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest

from graphmem.errors import InvalidInput
from graphmem_pipelines.readers.epub import from_epub
from graphmem_pipelines.readers.html import from_html

PAGE = """<!doctype html><html><head><title>Pricing | Acme</title><style>p{}</style>
<meta property="article:published_time" content="2024-03-04T05:06:07Z">
<script>document.write("<p>no</p>")</script></head><body>
<header><h1>Acme</h1></header><nav><ul><li>Home</ul></nav>
<main><h1>Pricing</h1><p>We charge <b>10</b>&nbsp;euro
a month.<br>Cancel any time.</p><h2>Plans</h2><ul><li>Basic<li>Pro</ul>
<table><tr><th>Plan<th>Price</tr><tr><td>Basic<td>10</tr></table>
<pre>def f():
    return 1</pre><p hidden>secret</p><div style="display: none">secret</div></main>
<aside>Advertisement</aside><footer>(c) Acme</footer></body></html>"""


def text(html: str | bytes, key: str = "a.html") -> str:
    return from_html(html.encode() if isinstance(html, str) else html, key).text


def test_the_main_part_of_a_page_is_read_with_its_structure() -> None:
    document = from_html(PAGE.encode(), "a.html")
    assert document.text == (
        "# Pricing\n\nWe charge 10 euro a month.\nCancel any time.\n\n## Plans\n\n"
        "- Basic\n- Pro\n\nPlan | Price\nBasic | 10\n\n```\ndef f():\n    return 1\n```"
    )
    assert document.title == "Pricing"
    assert document.at == datetime(2024, 3, 4, 5, 6, 7, tzinfo=UTC)


def test_a_page_without_a_main_part_is_read_without_what_is_aside() -> None:
    assert text("<nav>menu</nav><p>words<footer>(c)</footer>") == "words"


def test_a_main_part_that_says_next_to_nothing_is_not_taken_for_all() -> None:
    page = f"<main>Loading</main><div>{'many words ' * 20}</div>"
    assert "many words" in text(page)


def test_what_is_only_aside_is_better_than_nothing() -> None:
    assert text("<aside>words</aside>") == "words"


def test_the_heading_of_an_article_is_no_menu() -> None:
    assert text("<article><header><h1>Title</h1></header>words</article>") == "# Title\n\nwords"


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="iso-8859-1">', "cp1252"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">', "cp1251"),
        ("", "utf-8"),
        ("", "utf-16"),
    ],
)
def test_the_encoding_that_a_page_names_is_used(head: str, encoding: str) -> None:
    words = "Привет" if encoding in ("cp1251", "utf-8", "utf-16") else "Grüße — €"
    assert text(f"<html><head>{head}</head><p>{words}</p>".encode(encoding)) == words


def test_a_page_of_scripts_alone_fails() -> None:
    with pytest.raises(InvalidInput, match="no text"):
        text("<html><body><script>render()</script></body></html>")


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 300_000 + "words",
        "<p><b><i>" * 100_000 + "words",
        "<p a='" + "x" * 1_000_000 + "'>words",
        "<" * 500_000 + "p>words",
        "<!--" * 100_000 + "--><p>words",
        "<p>words" + "</div>" * 300_000,
        "<table>" * 20_000 + "<tr><td>words",
        "&#0;&#xD800;&nope;<p>words",
        "<svg><title>x</title></svg><p>words",
    ],
)
def test_broken_and_hostile_pages_are_read(page: str) -> None:
    assert "words" in text(page)


def test_a_book_is_read_in_the_order_of_reading(make_epub: Any) -> None:
    data = make_epub(
        {
            "two%20b.xhtml": '<?xml version="1.0" encoding="utf-8"?><html><head><title/></head>'
            "<body><h1>First</h1><p>one&nbsp;two</p></body></html>",
            "a.xhtml": "<html><body><h1>Second</h1><p>three</p></body></html>",
        },
        "<dc:title>A Book</dc:title><dc:date>1999-02-03</dc:date>",
    )
    document = from_epub(data, "b.epub", 1_000_000)
    assert document.text == "# First\n\none two\n\n# Second\n\nthree"
    assert document.title == "A Book"
    assert document.at == datetime(1999, 2, 3, tzinfo=UTC)


def test_a_book_is_found_by_what_it_is(tree: Any, make_epub: Any) -> None:
    tree.write("a.epub", make_epub({"a.xhtml": "<p>words</p>"}))
    assert tree.content().document.text == "words"


def test_a_book_that_unpacks_without_end_is_refused(make_epub: Any) -> None:
    data = make_epub({f"{at}.xhtml": "<p>" + "x" * 1_000_000 for at in range(30)})
    assert len(data) < 100_000
    with pytest.raises(InvalidInput, match="unpacks to"):
        from_epub(data, "a.epub", 5_000_000)


def test_a_book_that_lies_about_its_size_is_not_unpacked_further(make_epub: Any) -> None:
    data = make_epub({"a.xhtml": "<p>" + "x" * 1_000_000})
    size = (1_000_003).to_bytes(4, "little")
    lie = data.replace(size, (10).to_bytes(4, "little"))
    assert lie != data
    with pytest.raises(InvalidInput, match=r"damaged|CRC"):
        from_epub(lie, "a.epub", 5_000_000)


def test_entities_of_a_book_do_not_grow() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(8)
    )
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as book:
        book.writestr("META-INF/container.xml", bomb + "]><x>&i;</x>")
    with pytest.raises(InvalidInput):
        from_epub(written.getvalue(), "a.epub", 1_000_000)


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_book_that_is_cut_fails(make_epub: Any, keep: float) -> None:
    data = make_epub({"a.xhtml": "<p>words</p>" * 1_000})
    with pytest.raises(InvalidInput, match="damaged"):
        from_epub(data[: int(len(data) * keep)], "a.epub", 1_000_000)


def test_a_book_without_words_fails(make_epub: Any) -> None:
    with pytest.raises(InvalidInput, match="no text"):
        from_epub(make_epub({"a.xhtml": "<img src='a.png'>"}), "a.epub", 1_000_000)
