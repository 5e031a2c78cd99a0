"""What the bot says about itself: commands by scope and language, name, descriptions, menu button, rights."""

from __future__ import annotations

import json
from typing import Any

TEXTS = ("name", "description", "short_description")


class Profile:
    """All of it; `revision` grows with every change."""

    def __init__(self) -> None:
        self.revision = 0
        self.commands: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.texts: dict[tuple[str, str], str] = {}
        self.menu_button: dict[str, Any] | None = None
        self.rights: dict[str, dict[str, Any]] = {}

    def clear(self) -> None:
        """As a new bot."""
        self.__init__()  # type: ignore[misc]

    def set_commands(self, scope: str, language: str, commands: list[dict[str, Any]] | None) -> None:
        """Set the commands of a scope and language; None deletes them."""
        self.revision += 1
        if commands:
            self.commands[scope, language] = commands
        else:
            self.commands.pop((scope, language), None)

    def get_commands(self, scope: str, language: str) -> list[dict[str, Any]]:
        """Commands of exactly that scope and language."""
        return self.commands.get((scope, language), [])

    def set_text(self, kind: str, language: str, text: str) -> None:
        """Set a name or description for a language; empty deletes it."""
        self.revision += 1
        if text:
            self.texts[kind, language] = text
        else:
            self.texts.pop((kind, language), None)

    def get_text(self, kind: str, language: str) -> str:
        """The text that a person with that language sees."""
        return self.texts.get((kind, language)) or self.texts.get((kind, ""), "")

    def effective_commands(self, scopes: list[str], language: str) -> list[dict[str, Any]]:
        """What a person sees: the narrowest scope that has any, in their language before none."""
        for scope in scopes:
            for tongue in dict.fromkeys((language, "")):
                if found := self.commands.get((scope, tongue)):
                    return found
        return []

    def dump(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "commands": [[*key, value] for key, value in self.commands.items()],
            "texts": [[*key, value] for key, value in self.texts.items()],
            "menu_button": self.menu_button,
            "rights": self.rights,
        }

    def load(self, kept: dict[str, Any]) -> None:
        """What `dump` gave."""
        self.commands = {(scope, language): value for scope, language, value in kept["commands"]}
        self.texts = {(kind, language): value for kind, language, value in kept["texts"]}
        self.menu_button = kept["menu_button"]
        self.rights = kept["rights"]


def scope_key(scope: dict[str, Any] | None) -> str:
    """One string for a `BotCommandScope`."""
    if not scope:
        return "default"
    kind = str(scope["type"])
    return ":".join([kind, *(json.dumps(scope[k]) for k in ("chat_id", "user_id") if k in scope)])
