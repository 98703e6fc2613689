"""Secrets in a text of no known form: settings, YAML, connection strings, command lines, headers, URLs.

Every expression takes time in proportion to the text: what repeats is possessive, or ends where it began.
"""

import re
from collections.abc import Iterator

from guardian.domain.redaction import MASK, tells_in_text

# Without one of these no name of a text tells; looking for them is quicker than any expression.
_HINTS = (
    *("pass", "secret", "token", "key", "cred", "auth", "cookie", "otp", "pin", "kube"),
    *("pwd", "psw", "pw", "psk", "dsn", "conn", "community", "sig", "bearer"),
)
_USER_IN_URL = re.compile(r"://[^/\s@:]*+:[^/\s@]++@")
# Who has such an address may write there; it is all the proof that is asked for.
# Source: https://api.slack.com/messaging/webhooks#security
_WEBHOOKS = ("hooks.slack.com/", "discord.com/api/", "discordapp.com/api/", "webhook.office.com/", "/bot")
_WEBHOOK = re.compile(
    r"(hooks\.slack\.com/|discord(?:app)?\.com/api/webhooks/|webhook\.office\.com/|api\.telegram\.org/bot)"
    r"[^\s\"'\\<>]++"
)
_NAMED = re.compile(
    r"(?<![\w.-])[\w.-]++(?=(?P<closing>[\"'\\\]]{0,4}+[ \t]{0,8}+)(?P<sign>[=:][=:>]{0,2}+))"
)
# A colon alone is a part of ARNs and of actions, `secretsmanager:GetSecretValue`.
_SPACED = re.compile(r"[\s\"'\\]|$")
_UNSPACED = re.compile(r"pass(?:word|wd|phrase)?$|pwd$", re.IGNORECASE)
_IN_TEXT_ONLY = re.compile(r"(?:^|[-_])(?:sig|signature|(?:proxy-)?authorization)$", re.IGNORECASE)
_QUOTED = re.compile(r"(?P<quote>[\"'])(?:(?!(?P=quote))[^\\]|\\.)*+(?P=quote)", re.DOTALL)
_TO_THE_END = re.compile(r"[\[{|>\"'(<]")
_LINE = re.compile(r"[^\n]++")
_WORD = re.compile(r"[^\s;&]++")
_BLANK = re.compile(r"[ \t]*+")
_BLANK_LINES = re.compile(r"\s*+")
_FLAG = re.compile(r"(?<![\w-])--?(?P<name>[A-Za-z][\w-]*+)[ \t]++(?=[^\s-])")
_SHORT_FLAG = re.compile(r"(?<![\w-])-[pau](?:[ \t]*+)(?=[^\s-])")
_CLIENTS = ("mysql", "mariadb", "sshpass", "redis-cli", "docker login", "curl ")
_BEARER = re.compile(r"\bbearer[ \t]++", re.IGNORECASE)
_ELEMENT = re.compile(r"<(?P<name>[\w.:-]++)[^<>]*+>(?P<text>[^<]++)")
_PAIR = re.compile(r"\b(?:name|key)[\"'\\]{0,2}+[ \t]*+[:=][ \t]*+[\"'\\]{0,2}+([\w.-]++)", re.IGNORECASE)
_PAIR_VALUE = re.compile(r"\bvalue[\"'\\]{0,2}+[ \t]*+[:=]", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """Return a text with what a name in it says is a secret masked; all of it where its end is in doubt.

    A text with a password in a URL, or with pairs such as `name: DB_PASSWORD` and `value: x` on two lines, is
    masked as a whole.
    """
    if "://" in text and _USER_IN_URL.search(text):
        return MASK
    if any(each in text for each in _WEBHOOKS):
        text = _WEBHOOK.sub(rf"\1{MASK}", text)
    lower = text.lower()
    if any(each in lower for each in _HINTS) or any(each in lower for each in _CLIENTS):
        if _PAIR_VALUE.search(text) and any(map(tells_in_text, _PAIR.findall(text))):
            return MASK
        text = _cut_out(text, sorted(_secrets(text, lower)))
    return text


def is_flag_of_secret(word: str) -> bool:
    """Tell whether the next word of a command is a secret: `--password`."""
    return word.startswith("-") and "=" not in word and tells_in_text(word.lstrip("-"))


def _cut_out(text: str, spans: list[tuple[int, int]]) -> str:
    parts, done = [], 0
    for start, end in spans:
        if end > done:
            parts += [text[done : max(start, done)], MASK if start >= done else ""]
            done = end
    return "".join([*parts, text[done:]])


def _secrets(text: str, lower: str) -> Iterator[tuple[int, int]]:
    """Yield where secrets begin and end."""
    yield from _assigned(text)
    for found in _FLAG.finditer(text):
        if tells_in_text(found["name"]):
            yield _value(text, found.end())
    if any(each in lower for each in _CLIENTS):
        yield from (_value(text, found.end()) for found in _SHORT_FLAG.finditer(text))
    if "bearer" in lower:
        yield from (_value(text, found.end()) for found in _BEARER.finditer(text))
    for found in _ELEMENT.finditer(text) if "</" in text else ():
        if tells_in_text(found["name"]):
            yield found.span("text")


def _assigned(text: str) -> Iterator[tuple[int, int]]:
    """Yield the values behind `=` and `:`."""
    done = 0
    for found in _NAMED.finditer(text):
        name, start = found[0], found.end("sign")
        if start <= done or not (tells_in_text(name) or _IN_TEXT_ONLY.search(name)):
            continue
        colon = found["sign"] == ":"
        alone = colon and not _SPACED.match(text, start)
        if alone and not _UNSPACED.search(name):
            continue
        line = not alone and (":" in found["sign"] or _begins_line(text, found.start()))
        begin, done = _value(text, start, line=line, below=colon)
        yield begin, done


def _begins_line(text: str, start: int) -> bool:
    line = text[max(start - 20, text.rfind("\n", 0, start) + 1) : start].strip()
    return line in ("", "export", "set", "env", "ENV", "-", "SET")


def _value(text: str, start: int, *, line: bool = False, below: bool = False) -> tuple[int, int]:
    """Return where a value begins and ends.

    Args:
        text: The whole.
        start: Where its name, or its flag, ends.
        line: Whether it goes on to the end of the line.
        below: Whether it may stand on the next line.
    """
    blank = (_BLANK_LINES if below else _BLANK).match(text, start)
    begin = blank.end() if blank else start
    quoted = _QUOTED.match(text, begin)
    if quoted:
        return begin + 1, quoted.end() - 1
    if _TO_THE_END.match(text, begin):
        return begin, len(text)
    # A backslash before a quote: a text within a text, whose end nothing here finds.
    value = (_LINE if line or text[begin : begin + 1] == "\\" else _WORD).match(text, begin)
    return begin, value.end() if value else begin
