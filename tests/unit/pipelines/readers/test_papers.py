"""PDF and DOCX: text in the order of reading; what is damaged, locked or a scan says so."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import docx
import pytest
from docx.oxml.parser import parse_xml

from graphmem.errors import InvalidInput
from graphmem_pipelines.readers.docx import from_docx
from graphmem_pipelines.readers.pdf import (
    from_pdf,
    join_lines,
    mend_hyphens,
    without_running_heads,
)

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LIMIT = 10_000_000


def saved(document: Any) -> bytes:
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def test_the_lines_of_a_pdf_are_joined_to_paragraphs(make_pdf: Any) -> None:
    data = make_pdf(
        [
            ["The company grew in 2023, and it went on growing all through",
             "the following winter, although nobody had thought it would. In",
             "spring it stopped.",
             "A second paragraph is here, and it says more than the first one",
             "did (much)."],
            ["Page two."],
        ],
        {"Title": "My report", "CreationDate": "D:20240102030405+01'00'"},
    )  # fmt: skip
    document = from_pdf(data, "a.pdf")
    assert document.text == (
        "The company grew in 2023, and it went on growing all through the following winter, "
        "although nobody had thought it would. In spring it stopped.\n\nA second paragraph is "
        "here, and it says more than the first one did (much).\n\nPage two."
    )
    assert document.title == "My report"
    assert document.at == datetime(2024, 1, 2, 2, 4, 5, tzinfo=UTC).replace(minute=4, second=5)


def test_names_of_draft_files_are_no_titles(make_pdf: Any) -> None:
    data = make_pdf([["words"]], {"Title": "Microsoft Word - final2.docx"})
    assert from_pdf(data, "x/report.pdf").title == "report"


def test_a_pdf_of_pictures_says_that_ocr_is_needed(make_pdf: Any) -> None:
    with pytest.raises(InvalidInput, match="it has 3 pages and no text: run OCR first"):
        from_pdf(make_pdf([[], [], []]), "a.pdf")


@pytest.mark.parametrize("keep", [20, 200, 400])
def test_a_pdf_that_is_cut_fails_or_gives_what_it_has(make_pdf: Any, keep: int) -> None:
    with pytest.raises(InvalidInput, match=r"damaged|no text"):
        from_pdf(make_pdf([["words"]])[:keep], "a.pdf")


def test_an_encrypted_pdf_says_so(make_pdf: Any) -> None:
    data = make_pdf([["words"]])
    lock = (
        b"/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] /Encrypt"
        b" << /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <"
        + b"00" * 32 + b"> /U <" + b"11" * 32 + b"> >> /Root"
    )  # fmt: skip
    with pytest.raises(InvalidInput, match="encrypted"):
        from_pdf(data.replace(b"/Root", lock), "a.pdf")


def test_running_heads_and_page_numbers_are_dropped() -> None:
    words = ["apples", "pears", "plums", "figs", "nuts"]
    pages = [
        ["The Times", f"On {fruit} there is much to say.", f"We like {fruit}.", f"- {at} -"]
        for at, fruit in enumerate(words)
    ]
    kept = without_running_heads(pages)
    assert kept == [[f"On {fruit} there is much to say.", f"We like {fruit}."] for fruit in words]


def test_heads_of_chapters_with_the_number_of_the_page_are_dropped() -> None:
    pages = [[f"Chapter {'1: Start' if at < 5 else '2: End'} {at}", f"{chr(97 + at) * 9} b"]
             for at in range(9)]  # fmt: skip
    kept = without_running_heads(pages)
    assert kept == [[page[1]] for page in pages]


def test_heads_of_few_pages_stay() -> None:
    pages = [["The Times", f"line {chr(97 + at)}"] for at in range(3)]
    assert without_running_heads(pages) == pages


def test_items_and_numbered_headings_begin_lines_of_their_own() -> None:
    lines = [
        "The following are needed for the journey to the north of the country:",
        "- a warm coat",
        "The hat is left at home.",
        "1.2. What is this spec about, and why was it ever written at all in this way;",
        "Many programs use it to represent the types of files that they work with here,",
        "and so do others.",
    ]
    assert join_lines(lines).split("\n\n")[1:3] == [
        "- a warm coat", "The hat is left at home.",
    ]  # fmt: skip


def test_a_hyphen_that_is_written_stays_without_a_blank() -> None:
    lines = ["The icon is used for files of this particular type, which is a mime-", "type here."]
    assert join_lines(lines)[-15:] == "mime-type here."


def test_words_cut_at_the_end_of_a_line_are_joined_but_compounds_stay() -> None:
    cut = "\ufffe"
    text = f"A manip{cut}ulation is well{cut}known. It is well-known, as Baden{cut}Baden is."
    assert mend_hyphens(text) == (
        "A manipulation is well-known. It is well-known, as Baden-Baden is."
    )


def test_a_word_document_is_read_in_order() -> None:
    document = docx.Document()
    document.add_heading("Trip", 1)
    document.add_paragraph("We went to Rome.")
    document.add_paragraph("a coat", style="List Bullet")
    document.add_paragraph("a hat", style="List Bullet")
    document.add_heading("Costs", 2)
    table = document.add_table(2, 2)
    for at, said in enumerate(("What", "Euro", "Train\nand bus", "30")):
        table.cell(at // 2, at % 2).text = said
    document.add_paragraph("The end.")
    read = from_docx(saved(document), "a.docx", LIMIT)
    assert read.text == (
        "# Trip\n\nWe went to Rome.\n- a coat\n- a hat\n\n## Costs\n\n"
        "What | Euro\nTrain and bus | 30\n\nThe end."
    )
    assert read.title == "Trip"
    assert read.at is None  # the template's date is nobody's


def test_title_and_date_of_a_word_document() -> None:
    document = docx.Document()
    document.add_paragraph("words")
    document.core_properties.title = "My title"
    document.core_properties.created = datetime(2024, 1, 2, 3, 4, 5)
    read = from_docx(saved(document), "a.docx", LIMIT)
    assert (read.title, read.at) == ("My title", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC))


def test_inserted_words_are_read_and_deleted_ones_are_not() -> None:
    document = docx.Document()
    body = document.element.body
    body.insert(0, parse_xml(
        f"<w:p {W}><w:r><w:t xml:space='preserve'>We </w:t></w:r>"
        "<w:ins w:id='1' w:author='a'><w:r><w:t xml:space='preserve'>gladly </w:t></w:r></w:ins>"
        "<w:del w:id='2' w:author='a'><w:r><w:delText>never </w:delText></w:r></w:del>"
        "<w:hyperlink><w:r><w:t>went</w:t></w:r></w:hyperlink></w:p>"
    ))  # fmt: skip
    body.insert(1, parse_xml(
        f"<w:sdt {W}><w:sdtContent><w:p><w:r><w:t>in a control</w:t></w:r></w:p>"
        "</w:sdtContent></w:sdt>"
    ))  # fmt: skip
    assert from_docx(saved(document), "a.docx", LIMIT).text == "We gladly went\n\nin a control"


def test_a_damaged_word_document_fails() -> None:
    document = docx.Document()
    document.add_paragraph("words")
    data = saved(document)
    for broken in (data[:3_000], data.replace(b"word/document.xml", b"word/documenX.xml")):
        with pytest.raises(InvalidInput, match="damaged"):
            from_docx(broken, "a.docx", LIMIT)


def test_a_word_document_that_unpacks_to_too_much_is_refused() -> None:
    document = docx.Document()
    document.add_paragraph("x" * 3_000_000)
    data = saved(document)
    assert len(data) < 100_000
    with pytest.raises(InvalidInput, match="unpacks to"):
        from_docx(data, "a.docx", 500_000)


def test_an_empty_word_document_fails() -> None:
    with pytest.raises(InvalidInput, match="no text"):
        from_docx(saved(docx.Document()), "a.docx", LIMIT)
