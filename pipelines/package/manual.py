#!/usr/bin/env python3
"""Writes the man pages and the command reference of batchkeep from the program's own description of its commands.

    batchkeep --experimental-dump-help | python3 pipelines/package/manual.py DIRECTORY
    batchkeep --experimental-dump-help | python3 pipelines/package/manual.py --reference FILE

DIRECTORY gets batchkeep.1 and one page per command, such as batchkeep-export.1 and batchkeep-catalog-rebuild.1.
FILE gets one Markdown page with all commands: Sources/BatchPipeline/BatchPipeline.docc/CommandReference.md.
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


def description(argument):
    """What an option does, with its values and its default."""
    details = argument.get("abstract", "")
    if argument.get("allValues"):
        details += f" Values: {', '.join(argument['allValues'])}."
    if "defaultValue" in argument and argument["kind"] != "flag":
        details += f" Default: {argument['defaultValue']}."
    return details.strip()


def option(argument):
    return [".TP", spelling(argument), escaped(description(argument))]


def displayed(command):
    """The options and arguments that help shows."""
    return [argument for argument in command.get("arguments", []) if argument["shouldDisplay"]]


def discussion(command):
    """The paragraphs of the text and the lines of the examples."""
    text, _, examples = command.get("discussion", "").partition("Examples:\n")
    paragraphs = text.strip().split("\n\n") if text.strip() else []
    return paragraphs, [line.strip() for line in examples.splitlines()]


def sections(arguments):
    """The titles of the groups of options, in order, each with its options."""
    groups = {}
    for argument in arguments:
        groups.setdefault(argument.get("sectionTitle", "Options"), []).append(argument)
    return groups.items()


def subcommands(command):
    return [
        child for child in command.get("subcommands", []) if child["shouldDisplay"] and child["commandName"] != "help"
    ]


def page(command, children):
    """The name of a command's man page and its text."""
    arguments = displayed(command)
    name = "-".join(words(command))
    paragraphs, examples = discussion(command)
    lines = [f'.TH "{escaped(name.upper())}" 1 "" "batchkeep" "User Commands"', ".SH NAME"]
    lines += [f"{escaped(name)} \\- {escaped(command['abstract'].rstrip('.'))}", ".SH SYNOPSIS"]
    lines += [synopsis(command, arguments)]
    if paragraphs:
        lines.append(".SH DESCRIPTION")
        for paragraph in paragraphs:
            lines += [".PP", escaped(paragraph)]
    if children:
        lines.append(".SH COMMANDS")
        for child in children:
            reference = escaped("-".join(words(child)))
            lines += [".TP", f"\\fB{reference}\\fR(1)", escaped(child["abstract"])]
    for title, group in sections(arguments):
        lines.append(f'.SH "{escaped(title.upper())}"')
        for argument in group:
            lines += option(argument)
    if examples:
        lines += [".SH EXAMPLES", ".nf", escaped("\n".join(examples)), ".fi"]
    lines += [".SH EXIT STATUS", "0 if all is well. The page ExitStatuses of the documentation lists the others."]
    if len(words(command)) > 1:
        lines += [".SH SEE ALSO", "\\fBbatchkeep\\fR(1)"]
    return name, "\n".join(lines) + "\n"


# The flags that every command has; the reference names them once.
COMMON = ("help", "version")

INTRODUCTION = """# Command reference

Every command with its options and examples.

## Overview

This page is generated from the program's own help, which `batchkeep help COMMAND` prints. To update it after a change:

```text
batchkeep --experimental-dump-help | python3 pipelines/package/manual.py --reference CommandReference.md
```

An option with `...` may be repeated. Every command also has `-h`, `--help`, `--version` and `--color`, whose values are
`auto`, `always` and `never`. <doc:ExitStatuses> lists the exit statuses, <doc:TimesAndPeriods> the forms of a `TIME` and of a
`PERIOD`, and <doc:Environment> the variables.
"""


def marked_up(text):
    """Text of the help as Markdown: quoted text and words with special characters become code."""
    words = re.split(r"((?<!\w)'[^']+'(?!\w)|[^\s(]+)", text)
    for index, word in enumerate(words):
        end = len(word.rstrip(".,;:)"))
        if re.search(r"^--|^'|[_\[\]<>*~$#{}=|`\\]", word[:end]):
            code = word[:end].replace("|", "\\|")
            words[index] = f"`{code}`{word[end:]}"
    return "".join(words)


def code_names(argument):
    """An option with its names and value, as typed."""
    value = argument["valueName"].upper()
    if argument["kind"] == "positional":
        text = value
    else:
        text = ", ".join(("--" if name["kind"] == "long" else "-") + name["name"] for name in argument["names"])
        text += "" if argument["kind"] == "flag" else f" {value}"
    return f"`{text}`" + (" ..." if argument["isRepeating"] else "")


def code_synopsis(command, arguments):
    """The usage of a command, as its man page has it, without roff."""
    return re.sub(r"\\f[A-Z]|\\", "", synopsis(command, arguments))


def entry(command):
    """The section of a command in the reference."""
    children = subcommands(command)
    arguments = [
        argument for argument in displayed(command) if argument["kind"] != "flag" or argument["valueName"] not in COMMON
    ]
    paragraphs, examples = discussion(command)
    lines = ["", f"## {' '.join(words(command)[1:])}", "", marked_up(command["abstract"])]
    for paragraph in paragraphs:
        lines += ["", marked_up(paragraph)]
    lines += ["", "```text", code_synopsis(command, arguments), "```"]
    if examples:
        lines += ["", "```sh", *examples, "```"]
    for title, group in sections(arguments):
        lines += ["", f"| {title.lower() if title != 'Options' else 'option'} | effect |", "| --- | --- |"]
        lines += [f"| {code_names(argument)} | {marked_up(description(argument))} |" for argument in group]
    return lines + [line for child in children for line in entry(child)]


def main():
    arguments = sys.argv[1:]
    if len(arguments) == 2 and arguments[0] == "--reference":
        commands = subcommands(json.load(sys.stdin)["command"])
        lines = [line for command in commands for line in entry(command)]
        pathlib.Path(arguments[1]).write_text(INTRODUCTION + "\n".join(lines) + "\n", encoding="utf-8")
    elif len(arguments) == 1 and not arguments[0].startswith("-"):
        write_manual(pathlib.Path(arguments[0]), json.load(sys.stdin)["command"])
    else:
        sys.exit(__doc__)


def write_manual(folder, program):
    """Writes one man page per command into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    pending = [program]
    while pending:
        command = pending.pop()
        children = subcommands(command)
        name, text = page(command, children)
        (folder / f"{name}.1").write_text(text, encoding="utf-8")
        pending += children


main()
