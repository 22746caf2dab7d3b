"""Names of files that come from somebody else."""

from __future__ import annotations

import re
import unicodedata

from . import limits

_DEVICE = re.compile(r"(?i:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])")
_NOTHING = set('<>:"|?*')


def clean_name(name: str) -> str:
    """What is kept of a name: no folder, no hidden character, none that Windows cannot have, 200 bytes with the ending."""
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(one for one in name if one not in _NOTHING and unicodedata.category(one) not in ("Cc", "Cf", "Zl", "Zp"))
    name = name.strip().strip(".") or "file"
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = ending, ""
    if _DEVICE.fullmatch(name.partition(".")[0]):
        stem = "_" + stem
    room = limits.FILE_NAME_BYTES - len((dot + ending).encode())
    if room < 1:
        return (stem + dot + ending).encode()[: limits.FILE_NAME_BYTES].decode(errors="ignore")
    return stem.encode()[:room].decode(errors="ignore") + dot + ending
