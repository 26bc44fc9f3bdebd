#!/usr/bin/env python3
"""Writes the man pages of batchkeep from the program's own description of its commands.

    batchkeep --experimental-dump-help | python3 pipelines/package/manual.py DIRECTORY

DIRECTORY gets batchkeep.1 and one page per command, such as batchkeep-export.1 and batchkeep-catalog-rebuild.1.
"""

import json
import pathlib
import re
import sys


def escaped(text):
    """Text in which roff sees no commands, and hyphens can be copied as such."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^(?=[.'])", r"\\&", text, flags=re.MULTILINE)


def words(command):
    return [*command.get("superCommands", []), command["commandName"]]


def spelling(argument):
    """An option with its names and value in roff: bold names, italic value."""
    value = f"\\fI{escaped(argument['valueName'].upper())}\\fR"
    if argument["kind"] == "positional":
        return value
    names = [("--" if name["kind"] == "long" else "-") + name["name"] for name in argument["names"]]
    text = ", ".join(f"\\fB{escaped(name)}\\fR" for name in names)
    return text if argument["kind"] == "flag" else f"{text} {value}"


def synopsis(command, arguments):
    parts = [f"\\fB{escaped(' '.join(words(command)))}\\fR"]
    if command.get("subcommands"):
        parts.append("\\fICOMMAND\\fR")
    if any(argument["kind"] != "positional" for argument in arguments):
        parts.append("[\\fIOPTIONS\\fR]")
    for argument in arguments:
        if argument["kind"] == "positional":
            text = spelling(argument) + (" ..." if argument["isRepeating"] else "")
            parts.append(f"[{text}]" if argument["isOptional"] else text)
    return " ".join(parts)


def option(argument):
    details = argument.get("abstract", "")
    if argument.get("allValues"):
        details += f" Values: {', '.join(argument['allValues'])}."
    if "defaultValue" in argument and argument["kind"] != "flag":
        details += f" Default: {argument['defaultValue']}."
    return [".TP", spelling(argument), escaped(details.strip())]


def page(command, children):
    arguments = [argument for argument in command.get("arguments", []) if argument["shouldDisplay"]]
    name = "-".join(words(command))
    text, _, examples = command.get("discussion", "").partition("Examples:\n")
    lines = [f'.TH "{escaped(name.upper())}" 1 "" "batchkeep" "User Commands"', ".SH NAME"]
    lines += [f"{escaped(name)} \\- {escaped(command['abstract'].rstrip('.'))}", ".SH SYNOPSIS"]
    lines += [synopsis(command, arguments)]
    if text.strip():
        lines.append(".SH DESCRIPTION")
        for paragraph in text.strip().split("\n\n"):
            lines += [".PP", escaped(paragraph)]
    if children:
        lines.append(".SH COMMANDS")
        for child in children:
            reference = escaped("-".join(words(child)))
            lines += [".TP", f"\\fB{reference}\\fR(1)", escaped(child["abstract"])]
    titles = list(dict.fromkeys(argument.get("sectionTitle", "Options") for argument in arguments))
    for title in titles:
        lines.append(f'.SH "{escaped(title.upper())}"')
        for argument in arguments:
            if argument.get("sectionTitle", "Options") == title:
                lines += option(argument)
    if examples:
        lines += [".SH EXAMPLES", ".nf", escaped("\n".join(line.strip() for line in examples.splitlines())), ".fi"]
    lines += [".SH EXIT STATUS", "0 if all is well. The table of the others is in README.md."]
    if len(words(command)) > 1:
        lines += [".SH SEE ALSO", "\\fBbatchkeep\\fR(1)"]
    return name, "\n".join(lines) + "\n"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    pending = [json.load(sys.stdin)["command"]]
    while pending:
        command = pending.pop()
        children = [
            child for child in command.get("subcommands", []) if child["shouldDisplay"] and child["commandName"] != "help"
        ]
        name, text = page(command, children)
        (folder / f"{name}.1").write_text(text, encoding="utf-8")
        pending += children


main()
