"""Make `bot/sandbox/botapi.json`, the sandbox's compact table of the Bot API, from the full description.

    python scripts/build_botapi_table.py bot-api.json [bot/sandbox/botapi.json]

The input has `methods` and `types`, each with `fields` of `name`, `types`, `required` and perhaps `length`
(`min`, `max`, `unit`). The output keeps the same facts, one string per field: `name[!]:Type|Type[@min-max(c|b)]`, where
`!` says required and the unit is `c` for UTF-16 units or `b` for UTF-8 bytes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def field(source: dict[str, Any]) -> str:
    """One field as its compact string."""
    text = source["name"] + ("!" if source["required"] else "") + ":" + "|".join(source["types"])
    if length := source.get("length"):
        text += f"@{length['min']}-{length['max']}{'b' if length['unit'] == 'bytes' else 'c'}"
    return text


def compact(full: dict[str, Any]) -> dict[str, Any]:
    """The whole description in the compact form."""
    methods = {name: [m["returns"], [field(f) for f in m["fields"]]] for name, m in sorted(full["methods"].items())}
    types = {
        name: {"any_of": t["subtypes"]} if t.get("subtypes") else [field(f) for f in t["fields"]]
        for name, t in sorted(full["types"].items())
    }
    return {"version": full["version"], "source": full["source"], "methods": methods, "types": types}


def main() -> None:
    """Read the full description named first, write the table named second."""
    source = Path(sys.argv[1])
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else Path("bot/sandbox/botapi.json")
    table = compact(json.loads(source.read_text("utf-8")))
    lines = ["{"]
    for key in ("version", "source"):
        lines.append(f"{json.dumps(key)}: {json.dumps(table[key])},")
    for key in ("methods", "types"):
        rows = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in table[key].items()]
        lines.append(f"{json.dumps(key)}: {{\n" + ",\n".join(rows) + "\n}" + ("," if key == "methods" else ""))
    lines.append("}\n")
    target.write_text("\n".join(lines), "utf-8")
    print(f"{target}: {len(table['methods'])} methods, {len(table['types'])} types, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
