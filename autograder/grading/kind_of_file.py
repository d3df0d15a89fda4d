"""Say what a file is that was handed in as a notebook and is none, by its first bytes."""

import re

FIRST = 4000  # bytes that are looked at
# The beginnings of files that people hand in by mistake, with what they are and what to do.
BEGINNINGS = {
    b"PK\x03\x04": "it is a zip archive; unpack it and hand in the notebook in it",
    b"PK\x05\x06": "it is an empty zip archive; hand in the notebook itself",
    b"Rar!": "it is a RAR archive; unpack it and hand in the notebook in it",
    b"7z\xbc\xaf": "it is a 7z archive; unpack it and hand in the notebook in it",
    b"\x1f\x8b": "it is a gzip archive; unpack it and hand in the notebook in it",
    b"%PDF": "it is a PDF file; hand in the notebook and not its printed form",
    b"\x89PNG": "it is a picture; hand in the notebook itself",
    b"\xff\xd8\xff": "it is a picture; hand in the notebook itself",
    b"\xd0\xcf\x11\xe0": "it is a file of an office program; hand in the notebook itself",
    b"{\\rtf": "it is a text document in RTF; hand in the notebook itself",
    b"L\x00\x00\x00\x01\x14\x02": "it is a shortcut of Windows; hand in the file it leads to",
    b"bplist": "it is a placeholder or shortcut of macOS; hand in the file it leads to",
    b"version https://git-lfs": "it is a pointer of Git LFS; hand in the file it stands for",
}
# Patterns in the text of such a file. (?i) ignores capitals, and (?m) lets ^ match at every line.
PATTERNS = {
    r"(?i)^\s*(?:<!doctype html|<html|<head|<\?xml[^>]*>\s*<!doctype html)": (
        "it is a web page, perhaps a login page saved under this name; download the notebook "
        "again and open it before you hand it in"
    ),
    r"(?i)^\s*\[(?:InternetShortcut|Desktop Entry)\]": (
        "it is a shortcut; hand in the file it leads to"
    ),
    r'^\s*\{[^{}\[\]]*"(?:url|doc_id)"\s*:[^{}\[\]]*\}\s*$': (
        "it is a link to a document on the web; download the document and hand that in"
    ),
    r"(?m)^(?:<{7}|>{7}) ": (
        "it contains the markers of a merge conflict in Git; resolve the conflict, check that the "
        "notebook opens, and hand it in again"
    ),
    r"(?m)^\s*(?:import \w|from \w+(?:\.\w+)* import |def \w+\(|#!.*python|# %%)": (
        "it is a Python script and not a notebook; hand in the .ipynb file"
    ),
}
CUT_OFF = "it ends in the middle, so it was not uploaded whole; hand it in again"


def kind_of_file(content: bytes) -> str:
    """Return a clause that says what the file is and what to do, or an empty text.

    content: the bytes of a file that cannot be read as a notebook.
    """
    if not content.strip(b"\0 \t\r\n"):
        return "it is empty; save the notebook and hand it in again"
    for beginning, words in BEGINNINGS.items():
        if content.startswith(beginning):
            return words
    head = content[:FIRST].decode("utf-8", "replace").removeprefix("\ufeff")
    is_json = head.lstrip().startswith(("{", "["))
    for pattern, words in PATTERNS.items():
        if is_json and words.startswith("it is a Python"):
            continue  # the code of its cells is that of a script
        if re.search(pattern, head):
            return words
    if re.search(rb"^(?:<{7}|>{7}) ", content, re.MULTILINE):
        return next(words for words in PATTERNS.values() if "conflict" in words)
    if is_json and not content.rstrip(b"\0 \t\r\n").endswith((b"}", b"]")):
        return CUT_OFF
    return ""
