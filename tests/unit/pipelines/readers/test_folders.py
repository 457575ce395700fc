"""What is found at paths, in which order, under which names; and what is not followed."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from graphmem.errors import InvalidInput, NotFound
from graphmem_pipelines.readers.content import ReaderOptions
from graphmem_pipelines.readers.globs import Globs
from graphmem_pipelines.readers.scan import scan


def keys(tree: Any, *names: str, **options: Any) -> list[str]:
    return [item.key for item in tree.found(*names, **options)]


def test_a_folder_is_walked_in_the_order_of_names(tree: Any) -> None:
    for name in ("b.md", "a/z.txt", "a/b/c.md", "c.txt", "B.md"):
        tree.write(name, "words")
    assert keys(tree) == ["root/B.md", "root/a/b/c.md", "root/a/z.txt", "root/b.md", "root/c.txt"]


def test_a_file_has_the_same_key_by_its_folder_and_by_its_name(tree: Any) -> None:
    tree.write("a.md", "words")
    assert keys(tree) == keys(tree, "a.md") == ["root/a.md"]


def test_folders_of_the_same_name_are_told_apart(tree: Any) -> None:
    tree.write("x/notes/a.md", "one")
    tree.write("y/notes/a.md", "two")
    assert keys(tree, "x/notes", "y/notes") == ["x/notes/a.md", "y/notes/a.md"]


def test_no_two_files_get_one_key_however_folders_are_called(tree: Any) -> None:
    for name in ("p/a/b/c.md", "q/a/b/c.md", "r/b/c.md", "r/b/b/c.md"):
        tree.write(name, name)
    for names in (("p/a", "q/a/b", "r/b"), ("r/b", "r/b/b", "q/a/b"), ("p", "q", "p/a/b")):
        found = tree.found(*names)
        assert len({item.key for item in found}) == len(found) >= 2


def test_a_folder_within_another_is_named_by_that(tree: Any) -> None:
    for name in ("b/c.md", "b/b/c.md", "b/b/d/e.md"):
        tree.write(name, name)
    found = {"b/c.md", "b/b/c.md", "b/b/d/e.md"}
    for names in (("b", "b/b"), ("b/b", "b"), ("b/b/d", "b/b", "b")):
        assert set(keys(tree, *names)) == found
    assert keys(tree, "b/b") == ["b/c.md", "b/d/e.md"]


def test_folders_keep_the_names_that_they_were_given_before(tree: Any) -> None:
    for name in ("x/notes/a.md", "y/notes/a.md", "x/notes/sub/b.md", "y/z/notes/a.md"):
        tree.write(name, name)
    x, y, z = (str(tree.folder / name) for name in ("x/notes", "y/notes", "y/z/notes"))

    def named(*paths: str, known: dict[str, str]) -> list[str]:
        return [item.key for item in scan(paths, ReaderOptions(), labels=known)]

    assert named(y, known={}) == ["notes/a.md"]
    assert named(y, known={x: "notes"}) == ["y/notes/a.md"]
    assert named(y, x, known={x: "notes"})[0] == "y/notes/a.md"
    assert named(x, known={x: "x/notes", y: "y/notes"})[0] == "x/notes/a.md"
    assert named(f"{x}/sub", known={x: "notes"}) == ["notes/sub/b.md"]
    assert named(f"{x}/sub", known={x: "notes", f"{x}/sub": "sub"}) == ["sub/b.md"]
    assert named(z, known={x: "notes", y: "y/notes"}) == ["z/notes/a.md"]
    # A folder that was named first may have taken the name of one that holds it.
    assert named(f"{x}", known={f"{x}/sub": "notes"})[0] == "x/notes/a.md"


def test_a_file_that_two_paths_lead_to_is_found_once(tree: Any) -> None:
    tree.write("a.md", "words")
    assert keys(tree, ".", "a.md") == ["root/a.md"]


def test_hidden_files_are_left_out_unless_they_are_wanted(tree: Any) -> None:
    for name in (".git/a.md", ".b.md", "c.md"):
        tree.write(name, "words")
    assert keys(tree) == ["root/c.md"]
    assert keys(tree, hidden=True) == ["root/.b.md", "root/.git/a.md", "root/c.md"]


def test_include_and_exclude(tree: Any) -> None:
    for name in ("a.md", "sub/b.md", "sub/c.py", "drafts/d.md", "sub/drafts/e.md"):
        tree.write(name, "words")
    assert keys(tree, include=("*.py",)) == ["root/sub/c.py"]
    assert keys(tree, include=("sub/**",)) == [
        "root/sub/b.md", "root/sub/c.py", "root/sub/drafts/e.md",
    ]  # fmt: skip
    assert keys(tree, include=("drafts",)) == ["root/drafts/d.md", "root/sub/drafts/e.md"]
    assert keys(tree, exclude=("drafts",)) == ["root/a.md", "root/sub/b.md"]
    assert keys(tree, exclude=("sub/*",)) == ["root/a.md", "root/drafts/d.md"]


def test_patterns_are_expanded(tree: Any) -> None:
    for name in ("a.md", "b.txt", "sub/c.md"):
        tree.write(name, "words")
    assert keys(tree, "*.md") == ["root/a.md"]
    assert keys(tree, "**/*.md") == ["root/a.md", "root/sub/c.md"]
    assert keys(tree, "s*") == ["root/sub/c.md"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tree: Any) -> None:
    tree.write("a[1].md", "words")
    assert keys(tree, "a[1].md") == ["root/a[1].md"]


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("*.md", "a.md", True),
        ("*.md", "sub/a.md", True),  # a name alone fits in every folder
        ("sub/*.md", "sub/a.md", True),
        ("sub/*.md", "sub/x/a.md", False),
        ("sub/**/*.md", "sub/a.md", True),
        ("sub/**/*.md", "sub/x/y/a.md", True),
        ("[ab].md", "a.md", True),
        ("[!ab].md", "c.md", True),
        ("[!ab].md", "a.md", False),
        ("a?c", "abc", True),
        ("a.c", "abc", False),
        ("[a", "[a", True),
        ("a+(b)", "a+(b)", True),
    ],
)
def test_globs(pattern: str, path: str, fits: bool) -> None:
    assert Globs((pattern,)).match(path) is fits


def test_no_pattern_fits_nothing() -> None:
    assert not Globs(())
    assert not Globs(()).match("a")


def test_a_pattern_that_is_none_is_refused(tree: Any) -> None:
    with pytest.raises(InvalidInput, match="no glob patterns"):
        keys(tree, include=("[z-a]",))


def test_a_link_out_of_the_root_is_a_failed_item(tree: Any, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "deep.txt").write_text("secret")
    (tree.folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (tree.folder / "folder").symlink_to(tmp_path / "outside")
    tree.write("a.md", "words")
    problems = tree.problems()
    assert problems["root/a.md"] is None
    assert "out of the folder" in str(problems["root/link.txt"])
    assert "out of the folder" in str(problems["root/folder"])
    assert len(problems) == 3


def test_links_within_the_root_and_loops_end(tree: Any) -> None:
    tree.write("a.md", "words")
    (tree.folder / "b.md").symlink_to("a.md")
    (tree.folder / "loop").symlink_to(".")
    (tree.folder / "self").symlink_to("self")
    (tree.folder / "gone.md").symlink_to("nothing.md")
    problems = tree.problems()
    assert set(problems) == {"root/a.md", "root/gone.md", "root/self"}
    assert "link to nothing" in str(problems["root/gone.md"])


def test_what_was_named_itself_may_be_a_link(tree: Any, tmp_path: Path) -> None:
    tree.write("a.md", "words")
    (tmp_path / "notes").symlink_to(tree.folder)
    assert [item.key for item in scan([tmp_path / "notes"], ReaderOptions())] == ["root/a.md"]


def test_a_path_that_does_not_exist_stops_before_anything_is_read(tree: Any) -> None:
    tree.write("a.md", "words")
    with pytest.raises(NotFound, match="missing"):
        scan([tree.folder, tree.folder / "missing"], ReaderOptions())


@pytest.mark.parametrize("path", ["", "a\x00b"])
def test_what_can_be_no_path_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput):
        scan([path], ReaderOptions())


def test_archives_and_old_office_files_are_refused_with_a_hint(tree: Any) -> None:
    tree.write("a.zip", b"PK\x03\x04" + b"\x00" * 40)
    tree.write("b.tar.gz", b"\x1f\x8b" + b"\x00" * 40)
    tree.write("c.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 40)
    tree.write("d.txt", b"\x1f\x8b" + b"\x00" * 40)
    problems = tree.problems()
    for key in ("root/a.zip", "root/b.tar.gz", "root/d.txt"):
        assert "archive: unpack it" in str(problems[key])
    assert ".docx without one" in str(problems["root/c.docx"])


def test_unknown_files_of_a_folder_are_counted_and_named_ones_are_failed_items(tree: Any) -> None:
    tree.write("a.png", b"\x89PNG\r\n\x1a\n\x00\x00")
    tree.write("b.py", "print(1)")
    tree.write("binary", b"\x00\x01\x02")
    passed_over: Counter[str] = Counter()
    assert list(scan([tree.folder], ReaderOptions(), passed_over=passed_over)) == []
    assert passed_over == {".png": 1, ".py": 1, "": 1}
    assert "no reader knows it" in str(tree.problems("a.png")["root/a.png"])
    assert tree.content("b.py").document.text == "print(1)"


def test_files_without_a_suffix_are_told_by_what_they_say(tree: Any) -> None:
    tree.write("README", "just words")
    tree.write("rows", '{"text": "one"}\n{"text": "two"}\n')
    tree.write("page", "<!doctype html><p>hello</p>")
    assert [(item.key, item.kind) for item in tree.found()] == [
        ("root/README", "text"), ("root/page", "html"),
        ("root/rows#1", "json"), ("root/rows#2", "json"),
    ]  # fmt: skip


def test_a_file_that_is_not_what_it_is_called_fails_or_is_read_as_it_is(
    tree: Any, make_pdf: Any
) -> None:
    tree.write("a.pdf", "no pdf at all")
    tree.write("b.txt", make_pdf([["Written as PDF."]]))
    found = {item.key: item for item in tree.found()}
    assert "is none" in str(found["root/a.pdf"].problem)
    assert found["root/b.txt"].kind == "pdf"


def test_a_pipe_is_not_waited_for(tree: Any) -> None:
    os.mkfifo(tree.folder / "pipe.txt")
    assert "no regular file" in str(tree.problems()["root/pipe.txt"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_a_failed_item(tree: Any) -> None:
    tree.write("closed/a.md", "words")
    tree.write("b.md", "words")
    (tree.folder / "closed").chmod(0)
    try:
        problems = tree.problems()
    finally:
        (tree.folder / "closed").chmod(0o700)
    assert "cannot be read" in str(problems["root/closed"])
    assert problems["root/b.md"] is None


def test_a_name_that_is_not_utf8_is_a_failed_item(tree: Any) -> None:
    path = os.fsencode(tree.folder) + b"/caf\xe9.txt"
    with open(path, "w") as file:
        file.write("words")
    (item,) = tree.found()
    assert "not UTF-8" in str(item.problem)
    assert item.key.encode("utf-8")


def test_a_deep_tree_is_walked(tree: Any) -> None:
    folder = tree.folder
    for _ in range(300):
        folder = folder / "d"
    folder.mkdir(parents=True)
    (folder / "a.md").write_text("words")
    (item,) = tree.found()
    assert item.key.count("/d") == 300
